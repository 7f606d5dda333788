const tokenLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const hexadecimal = "0123456789abcdef";

/** A repeatable source of ids and secrets. Never use it for secrets that protect anything. */
export interface Random {
  /** The state, from which the same sequence continues. */
  readonly state: () => number;
  readonly restore: (state: number) => void;
  /** A whole number from 0 up to but not including the bound. */
  readonly below: (bound: number) => number;
  /** A version 4 UUID. */
  readonly uuid: () => string;
  /** Id and secret of an access token, in the form of the product. */
  readonly accessToken: () => { readonly id: string; readonly token: string };
  /** What agents of an environment connect with. */
  readonly tenantToken: () => string;
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  // Mulberry32: 32 bits of state, good enough to make distinct names.
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  const letters = (alphabet: string, length: number): string => {
    let text = "";
    for (let index = 0; index < length; index += 1) text += alphabet[below(alphabet.length)];
    return text;
  };
  return {
    state: () => state,
    restore: (saved) => {
      state = saved >>> 0;
    },
    below,
    uuid: () => {
      const digits = letters(hexadecimal, 31);
      const variant = "89ab"[below(4)];
      return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(12, 15)}-${variant}${digits.slice(15, 18)}-${digits.slice(18, 30)}`;
    },
    accessToken: () => {
      const id = `dt0c01.${letters(tokenLetters, 24)}`;
      return { id, token: `${id}.${letters(tokenLetters, 64)}` };
    },
    tenantToken: () => `dt0a02.${letters(tokenLetters, 24)}`,
  };
}
