import { installerPadding } from "./installer-padding.ts";
import { type InstallerScriptInput, installerScript } from "./installer-script.ts";
import { type InstallerSigner, signDetached } from "./sign-installer.ts";

export interface InstallerBodyInput extends InstallerScriptInput {
  /** Signs the file; without one the signature part has the right shape and verifies with no certificate. */
  readonly signer?: InstallerSigner;
  /** Bytes after the script, in place of the packed program; 65,536 by default. */
  readonly paddingBytes?: number;
  /** `missing` leaves the signature part out, as in a truncated file; the installer then ends with 16. */
  readonly signaturePart?: "present" | "missing";
}

/** What an environment has its installers preset with. `endpoint` may be a list joined by `;`. */
interface InstallerPresets {
  readonly endpoint: string;
  readonly tenant: string;
  readonly tenantToken: string;
}

/**
 * A stand-in for the Linux installer of OneAgent: a POSIX shell script that ends with `exit`, binary padding, the
 * signature part, the environment's presets. The bytes before the presets depend on nothing but the body's input.
 */
export function buildInstaller(input: InstallerBodyInput & InstallerPresets): Uint8Array {
  return appendPresets(buildInstallerBody(input), input);
}

/** The installer without presets: the same for all environments, so that one signature serves them all. */
export function buildInstallerBody(input: InstallerBodyInput): Uint8Array {
  const script = Buffer.from(installerScript(input));
  const padding = installerPadding(input.paddingBytes ?? 65_536, `${input.version}/${input.arch}`);
  const content = Buffer.concat([script, padding]);
  if (input.signaturePart === "missing") return content;
  const signature = input.signer ? signDetached(content, input.signer) : signatureLookalike(input.version);
  const lines = Buffer.from(signature)
    .toString("base64")
    .replace(/.{64}(?=.)/g, "$&\n");
  const part = [
    "",
    "----SIGNED-INSTALLER",
    'Content-Type: application/x-pkcs7-signature; name="smime.p7s"',
    "Content-Transfer-Encoding: base64",
    'Content-Disposition: attachment; filename="smime.p7s"',
    "",
    lines,
    "",
    "----SIGNED-INSTALLER--",
    "",
    "",
  ].join("\n");
  return Buffer.concat([content, Buffer.from(part)]);
}

/** Adds the part with an environment's presets. It contains the tenant token: the result is a secret. */
export function appendPresets(body: Uint8Array, presets: InstallerPresets): Uint8Array {
  const part = [
    "----PARAMETERS",
    `PARAM_SERVER_VALUE=${presets.endpoint}`,
    `PARAM_TENANT_VALUE=${presets.tenant}`,
    `PARAM_TENANT_TOKEN_VALUE=${presets.tenantToken}`,
    "----PARAMETERS--",
    "",
  ].join("\n");
  return Buffer.concat([body, Buffer.from(part)]);
}

/** Begins like PKCS#7 in DER; the rest means nothing. */
function signatureLookalike(seed: string): Uint8Array {
  return Buffer.concat([Buffer.from([0x30, 0x82, 0x08, 0x00, 0x06, 0x09]), installerPadding(2042, seed)]);
}
