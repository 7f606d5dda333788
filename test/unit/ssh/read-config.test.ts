import { expect, test } from "vitest";
import { expandHome } from "../../../src/ssh/expand-home.ts";
import { type ConfigFiles, readSshConfig } from "../../../src/ssh/read-config.ts";
import { askedOf } from "../../support/ssh-settings.ts";

function filesOf(texts: Readonly<Record<string, string>>): ConfigFiles {
  return {
    read: (path) => texts[path] ?? null,
    list: (folder) =>
      Object.keys(texts)
        .filter((path) => path.startsWith(`${folder}/`))
        .map((path) => path.slice(folder.length + 1))
        .reverse(),
  };
}

const read = (file: string | null, texts: Readonly<Record<string, string>>) =>
  readSshConfig({ file, home: "/home/me" }, filesOf(texts));

test("the user's own configuration is read, and need not be there", () => {
  expect(read(null, { "/home/me/.ssh/config": "User deploy\n" }).lookup(askedOf("web")).get("user")).toBe("deploy");
  expect(read(null, {}).lookup(askedOf("web")).get("user")).toBeUndefined();
});

test("a file that was named must be there", () => {
  expect(read("/etc/fleet", { "/etc/fleet": "Port 2222\n" }).lookup(askedOf("web")).get("port")).toBe("2222");
  expect(() => read("/etc/fleet", {})).toThrow(
    expect.objectContaining({ exitCode: 3, message: "--ssh-config /etc/fleet cannot be read (there is no such file)" }),
  );
});

test.each(["none", "/dev/null"])("%s stands for no configuration, as for ssh -F", (file) => {
  const texts = { "/home/me/.ssh/config": "User deploy\n", "/etc/ssh/ssh_config": "Port 2222\n", none: "User other\n" };
  const settings = read(file, texts).lookup(askedOf("web"));
  expect([settings.get("user"), settings.get("port")]).toEqual([undefined, undefined]);
});

test.each<[string, readonly string[]]>([
  ["conf[0-9]", ["conf1", "conf2"]],
  ["conf[!1]", ["conf2", "confa"]],
  ["conf[^1]", ["conf1"]],
  ["conf[]a]", ["confa"]],
  ["con[f]?", ["conf1", "conf2", "confa"]],
  ["*[2a]", ["conf2", "confa"]],
  ["conf[1", ["conf[1"]],
  ["conf[2-1]", []],
  ["conf.", []],
])("an Include of %s takes the files that glob(3) takes", (pattern, expected) => {
  const names = ["conf1", "conf2", "confa", "conf[1", "other"];
  const texts = Object.fromEntries(names.map((name) => [`/home/me/.ssh/${name}`, `SendEnv ${name}\nUser ${name}\n`]));
  const found = expected.length === 0 ? undefined : expected[0];
  const config = read("/etc/fleet", { ...texts, "/etc/fleet": `Include ${pattern}\n` });
  expect(config.lookup(askedOf("web")).get("user")).toBe(found);
  for (const name of names) {
    const alone = read("/etc/fleet", {
      [`/home/me/.ssh/${name}`]: "Port 2222\n",
      "/etc/fleet": `Include ${pattern}\n`,
    });
    expect(alone.lookup(askedOf("web")).get("port") !== undefined).toBe(expected.includes(name));
  }
});

test("a relative Include is looked for in ~/.ssh, also from a file that was named, or in /etc/ssh", () => {
  const texts = {
    "/home/me/.ssh/config": "Include extra\n",
    "/home/me/.ssh/extra": "User own\n",
    "/etc/fleet/config": "Include extra\n",
    "/etc/fleet/extra": "User fleet\n",
    "/etc/ssh/ssh_config": "Include ssh_config.d/*.conf\nUser last\n",
    "/etc/ssh/ssh_config.d/fleet.conf": "Port 2222\nUser later\n",
  };
  expect(read(null, texts).lookup(askedOf("web")).get("user")).toBe("own");
  expect(read(null, texts).lookup(askedOf("web")).get("port")).toBe("2222");
  const named = read("/etc/fleet/config", texts).lookup(askedOf("web"));
  expect([named.get("user"), named.get("port")]).toEqual(["own", undefined]);
});

test("an Include may begin with ~ and name several files, which are read in the order of their names", () => {
  const config = read(null, {
    "/home/me/.ssh/config": "Include ~/fleet/*.conf\n",
    "/home/me/fleet/b.conf": "User second\nPort 2222\n",
    "/home/me/fleet/a.conf": "User first\n",
    "/home/me/fleet/readme": "User wrong\n",
  });
  expect([config.lookup(askedOf("web")).get("user"), config.lookup(askedOf("web")).get("port")]).toEqual([
    "first",
    "2222",
  ]);
});

test("an Include that names nothing is passed over", () => {
  const text = "Include missing /nowhere/*.conf\nUser last\n";
  expect(read(null, { "/home/me/.ssh/config": text }).lookup(askedOf("web")).get("user")).toBe("last");
});

test("only the own home folder is written for ~", () => {
  expect(["~", "~/x", "~other/x", "/a/~"].map((path) => expandHome(path, "/home/$&"))).toEqual([
    "/home/$&",
    "/home/$&/x",
    "~other/x",
    "/a/~",
  ]);
});

test("what an Include names is told apart by case", () => {
  const config = read(null, {
    "/home/me/.ssh/config": "Include fleet*\n",
    "/home/me/.ssh/FLEET": "User wrong\n",
  });
  expect(config.lookup(askedOf("web")).get("user")).toBeUndefined();
});

test("a file that is there but cannot be read is not taken for none", () => {
  const files: ConfigFiles = {
    read: (path) => {
      throw new Error(`${path} is a pipe`);
    },
    list: () => [],
  };
  expect(() => readSshConfig({ file: null, home: "/home/me" }, files)).toThrow(
    expect.objectContaining({ exitCode: 3, message: expect.stringContaining("/home/me/.ssh/config is a pipe") }),
  );
});

test("files that include each other again and again are a fault, and not read without end", () => {
  let reads = 0;
  const files: ConfigFiles = {
    read: () => {
      reads += 1;
      return "Include config config config\n";
    },
    list: () => [],
  };
  expect(() => readSshConfig({ file: null, home: "/home/me" }, files)).toThrow(/includes too much/);
  expect(reads).toBeLessThan(1_100);
  const large = { "/home/me/.ssh/config": "Include large\n".repeat(5), "/home/me/.ssh/large": "#".repeat(5_000_000) };
  expect(() => read(null, large)).toThrow(/at most 1000 files and 20 MB/);
});
