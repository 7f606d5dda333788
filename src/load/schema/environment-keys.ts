/** A key from which the id of an environment can be made. */
const stageKey = /^([a-z]{1,8})[1-9][0-9]{0,3}$/;

/** The stage of such a key, or null for another. */
export const stageOf = (key: string): string | null => stageKey.exec(key)?.[1] ?? null;

/**
 * The stage key that was probably meant: `t1` for `T1`, `t-01` and, for the customer abc, `abc-t1`; `prod1` for `prod`. Null:
 * there is none that is near enough.
 */
export function meantStageKey(key: string, customer: string): string | null {
  const lower = key.trim().toLowerCase();
  const start = customer.toLowerCase();
  const own = start !== "" && lower.startsWith(start) ? lower.slice(start.length).replace(/^[-_. ]/, "") : lower;
  const [, letters = "", number = "1"] = /^([a-z]{1,8})[-_. ]?(?:0*([1-9][0-9]{0,3}))?$/.exec(own) ?? [];
  const meant = `${letters}${number}`;
  // Words of YAML were not meant as a stage.
  return /^(?:|true|false|null|yes|no|on|off)$/.test(letters) || meant === key ? null : meant;
}
