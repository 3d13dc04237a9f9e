import { deepStrictEqual, match } from "node:assert/strict";
import { planBootFiles } from "./boot_files.ts";
import type { Condition } from "./condition.ts";
import { type ExpressionToken, parseCondition } from "./parse_condition.ts";

const PLACE = { file: "f", line: 1, column: 1 };

/** Reads an expression whose words are apart. */
function condition(text: string): Condition {
  const tokens = text.split(" ").map((word): ExpressionToken =>
    word.startsWith("'") ? { text: word.slice(1, -1), quoted: true } : { text: word, quoted: false }
  );
  return parseCondition(tokens, { optionCode: () => undefined, member: () => undefined });
}

function plan(
  branches: readonly (readonly [text: string, fileName: string])[],
  otherwise?: string,
) {
  return planBootFiles(
    branches.map(([text, fileName]) => ({
      statement: { place: PLACE, text },
      condition: condition(text),
      fileName,
    })),
    otherwise,
  );
}

const IPXE = "option[77].hex == 'iPXE'";
const UEFI = "option[93].hex == 0x0007";

/** A condition, and what of clients it stands for. */
const CONDITIONS: Readonly<Record<string, Condition>> = {
  [UEFI]: { is: "kind", kind: { architecture: 7 } },
  "option 93 = 00:07": { is: "kind", kind: { architecture: 7 } },
  "option 93 = 7": { is: "kind", kind: { architecture: 7 } },
  "substring ( option 60 , 0 , 9 ) = 'PXEClient'": {
    is: "kind",
    kind: { vendorClass: "PXEClient" },
  },
  "substring ( option 60 , 15 , 5 ) = '00007'": {
    is: "kind",
    kind: { vendorClass: "PXEClient:Arch:00007" },
  },
  "exists 77 and option 77 = 'iPXE'": { is: "kind", kind: { userClass: "iPXE" } },
  "option[175].exists": { is: "kind", kind: { userClass: "iPXE" } },
  "option 93 != 7": { is: "not", of: { is: "kind", kind: { architecture: 7 } } },
  "option 61 = 'x'": { is: "unknown", text: 'option 61 = "x"' },
  "exists 61": { is: "unknown", text: "whether option 61 is there" },
  "( option 93 = 7": { is: "unknown", text: "( option 93 = 7" },
};

for (const [text, wanted] of Object.entries(CONDITIONS)) {
  Deno.test(`the condition ${text} is read for what it is`, () => {
    deepStrictEqual(condition(text), wanted);
  });
}

Deno.test("a condition of endless words is not known, rather than an end of the stack", () => {
  const text = "not ".repeat(100_000) + UEFI;
  deepStrictEqual(condition(text).is, "unknown");
});

Deno.test("boot files with exceptions come behind those that are the exceptions, whatever the order in the file", () => {
  deepStrictEqual(plan([[`${UEFI} and not ${IPXE}`, "ipxe.efi"], [IPXE, "boot.ipxe"]], "other"), {
    bootFiles: [
      { userClass: "iPXE", fileName: "boot.ipxe" },
      { architecture: 7, fileName: "ipxe.efi" },
    ],
    said: [
      { place: PLACE, text: IPXE },
      { place: PLACE, text: `${UEFI} and not ${IPXE}` },
    ],
    problems: [],
  });
});

Deno.test("boot files for one of several kinds are a row each", () => {
  deepStrictEqual(plan([[`${UEFI} or option[93].hex == 0x0009`, "x"]]).bootFiles, [
    { architecture: 7, fileName: "x" },
    { architecture: 9, fileName: "x" },
  ]);
});

Deno.test("boot files that no order of rows can give have a comment that names a client and both answers", () => {
  const { problems } = plan([[`not ${IPXE}`, "ipxe.efi"]], "other");
  deepStrictEqual(problems.length, 1);
  match(problems[0]?.reason ?? "", /user class iPXE.*is told "ipxe\.efi", there "other"$/);
});

Deno.test("boot files that depend on what is not asked here are left out with a comment", () => {
  const { bootFiles, problems } = plan([["option 61 = 'x'", "y"]]);
  deepStrictEqual(bootFiles, []);
  deepStrictEqual(problems.map(({ reason }) => reason), [
    'a boot file cannot depend on option 61 = "x"',
  ]);
});
