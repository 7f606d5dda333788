/**
 * Loopback addresses for simulated hosts: 127.20.x.y, one each, so that many hosts can listen on the same port. The
 * machine's own services do not use this range.
 */
export function sandboxAddress(index: number): string {
  const perBlock = 250;
  return `127.20.${Math.floor(index / perBlock)}.${(index % perBlock) + 1}`;
}
