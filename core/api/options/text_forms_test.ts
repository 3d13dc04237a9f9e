import { deepStrictEqual } from "node:assert/strict";
import {
  asciiProblem,
  httpUrlProblem,
  posixZoneProblem,
  tzdbProblem,
  uriProblem,
} from "./text_forms.ts";

const FORMS: readonly (readonly [
  name: string,
  problem: (text: string) => string | undefined,
  good: readonly string[],
  bad: readonly string[],
])[] = [
  [
    "posixZoneProblem",
    posixZoneProblem,
    [
      "UTC0",
      "CET-1CEST,M3.5.0,M10.5.0/3",
      "EST5EDT4,M3.2.0/02:00,M11.1.0/02:00",
      "EST5EDT",
      "<+0330>-3:30",
      "<-03>3<-02>,M3.5.0/-2,M10.5.0/-1",
      "IST-2IDT,M3.4.4/26,M10.5.0",
      "AAA24BBB,J60/0,J300",
      "AAA24:00:00BBB,J1/167,J365/-167:00:00",
      "AAA-3BBB,0,365",
      "AAA-3BBB,J060,099",
      "NZST-12:00:00NZDT-13:00:00,M10.1.0,M3.3.0",
    ],
    [
      "",
      "UTC",
      "UT0",
      "CET-25",
      "EST24:59:59",
      "EST24:00:01",
      "EST5EDT,J0,J300",
      "EST5EDT,J000,J300",
      "EST5EDT,J1,J366",
      "EST5EDT,J1,J999",
      "EST5EDT,366,300",
      "EST5EDT,0,999",
      "EST5EDT,J1/167:00:01,J300",
      "EST5EDT,J1/168,J300",
      "CET-1CEST,M3.5.0",
      "CET-1CEST,M13.5.0,M10.5.0",
      "CET-1CEST,M3.6.0,M10.5.0",
      "Europe/Zurich",
      "<+03>",
      "CET-1 CEST",
    ],
  ],
  [
    "tzdbProblem",
    tzdbProblem,
    [
      "UTC",
      "Europe/Zurich",
      "America/Argentina/Buenos_Aires",
      "Etc/GMT+5",
      "America/Port-au-Prince",
    ],
    ["", "/Zurich", "Europe/", "Europe Zurich", "../etc/passwd", "x".repeat(256)],
  ],
  [
    "uriProblem",
    uriProblem,
    ["https://portal.example.com/api", "urn:ietf:params:capport:unrestricted", "http://[::1]/%20"],
    ["", "portal", "https:", "https://a b", "https://a/%2", `https://${"x".repeat(248)}`, "1a:b"],
  ],
  [
    "httpUrlProblem",
    httpUrlProblem,
    ["http://proxy/wpad.dat", "HTTPS://proxy.example.com:8080/a?b=c"],
    ["", "http:///wpad.dat", "ftp://proxy/wpad.dat", "http://a b", `http://${"x".repeat(249)}`],
  ],
  [
    "asciiProblem",
    asciiProblem,
    ["pxelinux.0", "a b~", "x".repeat(255)],
    ["", "\u00e9", "a\0", "x".repeat(256)],
  ],
];

for (const [name, problem, good, bad] of FORMS) {
  Deno.test(`${name} tells what has the form from what has not`, () => {
    deepStrictEqual(good.filter((text) => problem(text) !== undefined), []);
    deepStrictEqual(bad.filter((text) => problem(text) === undefined), []);
  });
}
