import fc from "fast-check";

// Random on a developer's machine, where a counterexample is welcome; the same every time where a merge waits for it.
if (process.env["CI"] === "true") fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 20_261_123 });
