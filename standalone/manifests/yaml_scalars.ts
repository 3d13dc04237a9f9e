/**
 * Plain scalars as `kubectl` reads them, so that a manifest means the same as a file and when it is applied.
 *
 * kubectl's YAML (`sigs.k8s.io/yaml`, which is `go.yaml.in/yaml/v2`) has YAML 1.1's words for true and false, octal numbers
 * with a bare 0, binary numbers and underscores, and YAML 1.2's 0o; it has no numbers of base 60, and dates are texts.
 *
 * @module
 */
import type { ScalarTag, Tags } from "yaml";

const TRUE: ReadonlySet<string> = new Set("y Y yes Yes YES true True TRUE on On ON".split(" "));
const FALSE: ReadonlySet<string> = new Set("n N no No NO false False FALSE off Off OFF".split(" "));

const BOOL: ScalarTag = {
  tag: "tag:yaml.org,2002:bool",
  default: true,
  test: new RegExp(`^(?:${[...TRUE, ...FALSE].join("|")})$`),
  resolve: (text) => TRUE.has(text),
};

/** What begins like a number; what is none stays a text. */
const NUMBER: ScalarTag = {
  tag: "tag:yaml.org,2002:float",
  default: true,
  test: /^[-+.\d]/,
  resolve: (text) => numberOf(text) ?? text,
};
/** For what bears the tag. */
const INTEGER: ScalarTag = { ...NUMBER, tag: "tag:yaml.org,2002:int", default: false };

const REPLACED: ReadonlySet<unknown> = new Set([BOOL.tag, NUMBER.tag, INTEGER.tag]);

/** The tags of a schema, with kubectl's scalars instead of its own. */
export function kubectlTags(tags: Tags): Tags {
  const others = tags.filter((tag) => typeof tag === "string" || !REPLACED.has(tag.tag));
  return [...others, BOOL, NUMBER, INTEGER];
}

const INTEGERS: readonly (readonly [form: RegExp, base: number])[] = [
  [/^0[xX]([\da-fA-F]+)$/, 16],
  [/^0[bB]([01]+)$/, 2],
  [/^0[oO]?([0-7]+)$/, 8],
];
const DECIMAL = /^(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;

/** The number that a plain scalar is; `undefined` where it is none. */
function numberOf(text: string): number | undefined {
  const plain = text.startsWith(".") ? text : text.replaceAll("_", "");
  const digits = plain.replace(/^[-+]/, "");
  const sign = plain.startsWith("-") ? -1 : 1;
  for (const [form, base] of INTEGERS) {
    const match = form.exec(digits);
    if (match?.[1] !== undefined) return sign * Number.parseInt(match[1], base);
  }
  return DECIMAL.test(digits) ? sign * Number(digits) : undefined;
}
