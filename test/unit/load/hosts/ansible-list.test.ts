import { describe, expect, test } from "vitest";
import { readAnsibleList } from "../../../../src/load/hosts/ansible-list.ts";

const printed = (groups: object, hostvars: object = {}): string => JSON.stringify({ _meta: { hostvars }, ...groups });

const groups = {
  all: { children: ["ungrouped", "web", "site"] },
  site: { children: ["web", "empty"] },
  web: { hosts: ["web01", "web02"] },
  ungrouped: { hosts: ["top01"] },
};

describe("the JSON of ansible-inventory --list", () => {
  test("gives the hosts of a group and of those below it", () => {
    const variables = {
      web01: { ansible_host: "10.0.0.1", ansible_port: 2222, ansible_ssh_user: "deploy", rack: { deep: [1] } },
      web02: { ansible_host: null, secret: { __ansible_vault: "…" } },
    };
    const web01 = { name: "web01", offset: 0, address: "10.0.0.1", ssh: { port: 2222, user: "deploy" } };
    expect(readAnsibleList(printed(groups, variables), "site")).toEqual({
      hosts: [web01, { name: "web02", offset: 0 }],
      warning: null,
    });
    expect(readAnsibleList(printed(groups, variables), "all")).toMatchObject({ hosts: { length: 3 } });
    expect(readAnsibleList(printed(groups), "empty")).toEqual({ hosts: [], warning: null });
  });

  test("warns of hosts without SSH", () => {
    const list = readAnsibleList(printed(groups, { top01: { ansible_connection: "local" } }), "all");
    expect(list).toMatchObject({ warning: expect.stringContaining("top01") });
  });

  test("warns of an address that stands there under the older name, too, with another value", () => {
    const variables = {
      web01: { ansible_host: "10.0.0.1", ansible_ssh_host: "10.0.0.2" },
      web02: { ansible_port: 22, ansible_ssh_port: 22 },
    };
    expect(readAnsibleList(printed(groups, variables), "all")).toMatchObject({
      hosts: expect.arrayContaining([{ name: "web01", offset: 0, address: "10.0.0.1" }]),
      warning: expect.stringMatching(/^ansible_host and ansible_ssh_host of 1 host \(web01 first\) differ/),
    });
    const both = { ...variables, top01: { ansible_connection: "local" } };
    expect(readAnsibleList(printed(groups, both), "all")).toMatchObject({
      warning: expect.stringMatching(/ansible_connection .*; ansible_host and /),
    });
  });

  test.each([
    ["no JSON", "web01\n", "all", "something other than the JSON of ansible-inventory --list"],
    ["no _meta", JSON.stringify(groups), "all", "something other than the JSON of ansible-inventory --list"],
    ["too deep", printed({ a: JSON.parse(`${"[".repeat(120)}${"]".repeat(120)}`) }), "all", "something other"],
    ["no such group", printed(groups), "db", 'an inventory without a group "db"'],
    ["not even _meta", printed(groups), "_meta", "an inventory without a group"],
    ["a group as a list", printed({ web: ["web01"] }), "web", 'a group "web" that is not made of hosts and children'],
    ["hosts that are no text", printed({ web: { hosts: [1] } }), "web", 'a group "web" that is not made of'],
    ["a bad name", printed({ web: { hosts: ["a b"] } }), "web", '"a b", which is not a host name'],
    ["--export", printed({ web: { hosts: ["a"], vars: { ansible_user: "x" } } }), "web", "leave --export away"],
    ["a template", printed(groups, { web01: { ansible_user: "{{ u }}" } }), "web", "a host that cannot be used"],
    ["a vault", printed(groups, { web01: { ansible_user: { __ansible_vault: "" } } }), "web", "an encrypted value"],
  ])("%s makes it unusable", (_what, output, group, wrong) => {
    expect(readAnsibleList(output, group)).toEqual({ wrong: expect.stringContaining(wrong) });
  });

  test("groups in a circle come to an end", () => {
    const circle = { a: { children: ["b"], hosts: ["web01"] }, b: { children: ["a"] } };
    expect(readAnsibleList(printed(circle), "b")).toMatchObject({ hosts: [{ name: "web01" }] });
  });
});
