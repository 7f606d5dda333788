import { type Annotated, accepts, resolveSchema, schemaOfFile } from "../load/schema/schema-hints.ts";
import type { KnownLimit } from "./environment-values.ts";

/** The limits that the format of the inventory has, in its order. */
export function knownLimits(): readonly KnownLimit[] {
  const environment = resolveSchema(schemaOfFile("customer").properties?.["environment"] ?? {});
  return (["quotas", "storage"] as const).flatMap((kind) =>
    membersOf(environment.properties?.[kind]).flatMap(([group, schema]) =>
      membersOf(schema).map(
        ([member, limit]): KnownLimit => ({
          kind,
          group,
          member,
          field: `${kind}.${group}.${member}`,
          accepts: (value) => accepts(limit, value),
          mayBeUnlimited: accepts(limit, "unlimited"),
        }),
      ),
    ),
  );
}

const membersOf = (schema: Annotated | undefined): readonly (readonly [string, Annotated])[] =>
  Object.entries(resolveSchema(schema ?? {}).properties ?? {});
