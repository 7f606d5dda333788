/** Data as YAML can hold it. A value of `undefined` in a mapping is left out. */
export type YamlValue = string | number | boolean | null | readonly YamlValue[] | YamlMapping;

export interface YamlMapping {
  readonly [key: string]: YamlValue | undefined;
}

/** Keys of mappings and indexes of lists that lead from the root of a file to a value. */
export type YamlPath = readonly (string | number)[];

/**
 * One thing to be changed in a file. Mappings on the way that are not there, or have no body, are made; nothing happens where
 * everything is as it is to be.
 */
export type Edit =
  | {
      /** Gives a key, or an item of a list that is there, a value. */
      readonly action: "set";
      readonly path: YamlPath;
      readonly value: YamlValue;
      /** A new key comes before the first of these that is there, else at the end. */
      readonly before?: readonly string[];
    }
  | {
      /** Adds items at the end of a list, which is made where there is none. */
      readonly action: "append";
      readonly path: YamlPath;
      readonly items: readonly YamlValue[];
      /** A new list comes before the first of these keys that is there. */
      readonly before?: readonly string[];
    }
  | {
      /** Takes a key or an item of a list away, if it is there. */
      readonly action: "remove";
      readonly path: YamlPath;
    };
