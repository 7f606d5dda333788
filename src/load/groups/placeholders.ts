/** What the placeholders of a group stand for in one of the groups that it is a template for. */
export interface Binding {
  readonly customer?: string;
  readonly environment?: string;
  readonly stage?: string;
}

export type Placeholder = keyof Binding;

export const placeholderNames: readonly Placeholder[] = ["customer", "environment", "stage"];

/** Names in braces, known or not, in the order of the text. */
export function findPlaceholders(text: string): readonly string[] {
  return [...text.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name ?? "");
}

export function isPlaceholder(name: string): name is Placeholder {
  return (placeholderNames as readonly string[]).includes(name);
}

/** The text with its placeholders filled in as far as the binding knows them. */
export function fillPlaceholders(text: string, binding: Binding): string {
  return text.replace(/\{([^{}]*)\}/g, (whole, name: string) =>
    isPlaceholder(name) ? (binding[name] ?? whole) : whole,
  );
}

/** Placeholders whose value follows from others: an environment has one customer and one stage. */
export function determinedBy(names: ReadonlySet<Placeholder>): ReadonlySet<Placeholder> {
  return names.has("environment") ? new Set(placeholderNames) : names;
}
