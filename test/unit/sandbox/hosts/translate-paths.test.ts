import { expect, test } from "vitest";
import { translatePaths } from "../../../../src/sandbox/hosts/translate-paths.ts";

const root = "/tmp/fleet/web-1";

test.each([
  ["cat /opt/dynatrace/oneagent/agent/installer.version", `cat ${root}/opt/dynatrace/oneagent/agent/installer.version`],
  ["ls '/var/lib/dynatrace' \"/var/log/dynatrace\"", `ls '${root}/var/lib/dynatrace' "${root}/var/log/dynatrace"`],
  ["[ -e /tmp/oneagent.lock ]&&echo x", `[ -e ${root}/tmp/oneagent.lock ]&&echo x`],
  ["d=/tmp;cd $d", `d=${root}/tmp;cd $d`],
  [`mktemp -d \${TMPDIR:-/tmp}/x.XXXX`, `mktemp -d \${TMPDIR:-${root}/tmp}/x.XXXX`],
  ["INSTALL_PATH=/opt/dynatrace/oneagent", `INSTALL_PATH=${root}/opt/dynatrace/oneagent`],
  [`cat ${root}/tmp/x`, `cat ${root}/tmp/x`],
  [`cat /tmpfile /opt/dynatrace-old /opt/dynatrace.bak /srv/tmp ~/tmp $HOME/tmp \${HOME}/tmp ./tmp a-/tmp`, null],
  ["curl http://127.0.0.1:9/tmp https://example.com/opt/dynatrace", null],
])("%s", (command, expected) => {
  expect(translatePaths(command, root)).toBe(expected ?? command);
});
