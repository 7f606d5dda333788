import { userInfo } from "node:os";
import { expect, test } from "vitest";
import { homeFolder } from "../../../src/files/home-folder.ts";
import { ownFolder } from "../../../src/files/own-files.ts";

test("the home is what $HOME says", () => {
  expect(homeFolder({ HOME: "/home/ann" })).toBe("/home/ann");
});

test.each([undefined, "", ".", "home", "~"])("a $HOME of %j leads nowhere in the checkout", (home) => {
  const variables = home === undefined ? {} : { HOME: home };
  expect(homeFolder(variables)).toBe(userInfo().homedir);
  expect(ownFolder("configuration", variables)).toBe(`${userInfo().homedir}/.config/dtsync`);
});
