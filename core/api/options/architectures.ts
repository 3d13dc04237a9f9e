/**
 * Client system architectures (option 93): IANA "Processor Architecture Types" (RFC 4578 section 2.1, RFC 5970), each under
 * the registry's words in short.
 *
 * @module
 */

/** Name -> number. What is fetched by HTTP rather than TFTP has a number of its own. */
export const ARCHITECTURES: Readonly<Record<string, number>> = {
  "x86-bios": 0,
  "pc98": 1,
  "itanium": 2,
  "alpha": 3,
  "arc-x86": 4,
  "intel-lean": 5,
  "x86-uefi": 6,
  "x64-uefi": 7,
  "xscale-uefi": 8,
  "ebc": 9,
  "arm32-uefi": 10,
  "arm64-uefi": 11,
  "powerpc-open-firmware": 12,
  "powerpc-epapr": 13,
  "power-opal": 14,
  "x86-uefi-http": 15,
  "x64-uefi-http": 16,
  "ebc-http": 17,
  "arm32-uefi-http": 18,
  "arm64-uefi-http": 19,
  "x86-bios-http": 20,
  "arm32-uboot": 21,
  "arm64-uboot": 22,
  "arm32-uboot-http": 23,
  "arm64-uboot-http": 24,
  "riscv32-uefi": 25,
  "riscv32-uefi-http": 26,
  "riscv64-uefi": 27,
  "riscv64-uefi-http": 28,
  "riscv128-uefi": 29,
  "riscv128-uefi-http": 30,
  "s390-basic": 31,
  "s390-extended": 32,
  "mips32-uefi": 33,
  "mips64-uefi": 34,
  "sunway32-uefi": 35,
  "sunway64-uefi": 36,
  "loongarch32-uefi": 37,
  "loongarch32-uefi-http": 38,
  "loongarch64-uefi": 39,
  "loongarch64-uefi-http": 40,
  "arm-rpiboot": 41,
};

/** The number of an architecture, which may be written as a number or by its name; `undefined` if it is neither. */
export function readArchitecture(value: unknown): number | undefined {
  if (typeof value === "string" && Object.hasOwn(ARCHITECTURES, value)) return ARCHITECTURES[value];
  const number = typeof value === "string" && /^\d{1,5}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isInteger(number) && number >= 0 && number <= 0xffff
    ? number
    : undefined;
}
