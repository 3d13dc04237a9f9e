/**
 * Addresses that are in use or lost, as an agent reports them: short, since up to a thousand of each network have to fit into
 * an annotation.
 *
 * @module
 */

/** Hexadecimal digits of an address and of a MAC address. */
const ADDRESS_DIGITS = 8;
const MAC_DIGITS = 12;
const ENTRY = /^[0-9a-f]{20}$/;

/**
 * Writes address -> MAC address (numbers) as words of twenty hexadecimal digits, in their order: eight of the address, twelve of
 * the MAC address.
 */
export function formatAddresses(found: Iterable<readonly [address: number, mac: number]>): string {
  return [...found].map(([address, mac]) => hex(address, ADDRESS_DIGITS) + hex(mac, MAC_DIGITS))
    .join(" ");
}

/** The first entries of what {@linkcode formatAddresses} wrote, `most` at most. */
export function firstAddresses(text: string, most: number): string {
  return text.slice(0, Math.max(most * (ADDRESS_DIGITS + MAC_DIGITS + 1) - 1, 0));
}

/** Reads what {@linkcode formatAddresses} wrote; what cannot be read says nothing. */
export function parseAddresses(text: string): Map<number, number> {
  const found = new Map<number, number>();
  for (const word of text.split(" ")) {
    if (!ENTRY.test(word)) continue;
    const digits = [word.slice(0, ADDRESS_DIGITS), word.slice(ADDRESS_DIGITS)];
    const [address = 0, mac = 0] = digits.map((part) => Number.parseInt(part, 16));
    found.set(address, mac);
  }
  return found;
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, "0");
}
