/** The port of a service by its name, as /etc/services has it; undefined: it has none. */
export type Services = (name: string) => number | undefined;

/** The ports of services over TCP, by their names and further names, from the text of /etc/services. */
export function parseServices(text: string): ReadonlyMap<string, number> {
  const ports = new Map<string, number>();
  for (const line of text.split("\n")) {
    const [name, place = "", ...others] = line.replace(/#.*/s, "").trim().split(/\s+/);
    const [port, protocol] = place.split("/");
    const number = portOf(port, () => undefined);
    if (name === undefined || protocol !== "tcp" || number === undefined) continue;
    for (const each of [name, ...others]) if (!ports.has(each)) ports.set(each, number);
  }
  return ports;
}

/** A port by its number or by the name of its service; undefined: it is none. */
export function portOf(value: string | undefined, services: Services): number | undefined {
  if (value === undefined) return undefined;
  if (!/^ *\+?\d+$/.test(value)) return services(value);
  const number = Number(value);
  return number >= 1 && number <= 65_535 ? number : undefined;
}
