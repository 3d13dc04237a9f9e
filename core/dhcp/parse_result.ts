import { Verdict } from "./verdict.ts";

/** What {@linkcode RequestView.parse} answers: `Ok`, or the verdict on a datagram that cannot be read. */
export const ParseResult = {
  Ok: -1,
  TooShort: Verdict.TooShort,
  NoCookie: Verdict.NoCookie,
  NotARequest: Verdict.NotARequest,
  Malformed: Verdict.Malformed,
  WrongOptionLength: Verdict.WrongOptionLength,
} as const;

/** One of {@linkcode ParseResult}. */
export type ParseResult = typeof ParseResult[keyof typeof ParseResult];
