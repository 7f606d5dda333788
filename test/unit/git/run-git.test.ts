import { expect, test } from "vitest";
import { firstLine } from "../../../src/git/run-git.ts";

const advice = "\n\nPlease make sure you have the correct access rights\nand the repository exists.\n";
const unread = `fatal: Could not read from remote repository.${advice}`;

test.each([
  [
    "fatal: repository 'https://user:word@git.example.com/x.git/' not found\n",
    "repository 'https://git.example.com/x.git/' not found",
  ],
  ["warning: something else\nerror: object file is empty\nfatal: loose object\n", "object file is empty"],
  ["hint: only this\n", "hint: only this"],
  ["", "it did not say why"],
  [unread, "Could not read from remote repository."],
  [
    `ssh: connect to host git.example.com port 22: Connection refused\r\n${unread}`,
    "ssh: connect to host git.example.com port 22: Connection refused",
  ],
  [
    `@@@@@@@\n@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\n@@@@@@@\nHost key verification failed.\r\n${unread}`,
    "Host key verification failed.",
  ],
  [
    `git@git.example.com: Permission denied (publickey).\r\n${unread}`,
    "git@git.example.com: Permission denied (publickey).",
  ],
  [
    `remote: \nremote: ========\nremote: \nremote: ERROR: The project could not be found\nremote: \nremote: ========\n${unread}`,
    "The project could not be found",
  ],
])("of what Git says, the line that tells: %j", (errors, expected) => {
  expect(firstLine(errors)).toBe(expected);
});
