/**
 * 52 option overload (RFC 2132 section 9.3): which fields of the fixed part hold options. It says how the others are read
 * and is never one of a message's options, so it has no row in `table.ts`.
 */
export const overload = { code: 52, name: "option overload", file: 1, sname: 2 } as const;
