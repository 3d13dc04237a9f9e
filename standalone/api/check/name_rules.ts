/**
 * Rules for names, label keys and label values, worded as `k8s.io/apimachinery` words them. Every function gives what is
 * wrong with its text: nothing, or messages.
 *
 * @module
 */

const LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const KEY = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";

function whole(pattern: string): RegExp {
  return new RegExp(`^${pattern}$`);
}

const IS_LABEL = whole(LABEL);
const IS_SUBDOMAIN = whole(SUBDOMAIN);
const IS_KEY = whole(KEY);
const IS_VALUE = whole(`(${KEY})?`);

function shouldMatch(what: string, pattern: string, examples: readonly string[]): string {
  const quoted = examples.map((one) => `'${one}', `).join(" or ");
  return `${what} (e.g. ${quoted}regex used for validation is '${pattern}')`;
}

function tooLong(length: number, unit: "bytes" | "characters"): string {
  return `must be no more than ${length} ${unit}`;
}

/** DNS-1123 label. */
export function labelErrors(text: string): string[] {
  const errors = text.length > 63 ? [tooLong(63, "characters")] : [];
  if (IS_LABEL.test(text)) return errors;
  if (IS_SUBDOMAIN.test(text)) return [...errors, "must not contain dots"];
  return [
    ...errors,
    shouldMatch(
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
      LABEL,
      ["my-name", "123-abc"],
    ),
  ];
}

/** DNS-1123 subdomain. */
export function subdomainErrors(text: string): string[] {
  const errors = text.length > 253 ? [tooLong(253, "characters")] : [];
  if (IS_SUBDOMAIN.test(text)) return errors;
  return [
    ...errors,
    shouldMatch(
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
      SUBDOMAIN,
      ["example.com"],
    ),
  ];
}

/** Qualified name: key of a label, name of a finalizer. */
export function qualifiedNameErrors(text: string): string[] {
  const parts = text.split("/");
  const examples = ["MyName", "my.name", "123-abc"];
  const what =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  if (parts.length > 2) {
    return [
      `a valid label key ${
        shouldMatch(what, KEY, examples)
      } with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const errors: string[] = [];
  const [first = "", second] = parts;
  const name = second ?? first;
  if (second !== undefined) {
    if (first === "") errors.push("prefix part must be non-empty");
    else errors.push(...subdomainErrors(first).map((error) => `prefix part ${error}`));
  }
  if (name === "") errors.push("name part must be non-empty");
  else if (name.length > 63) errors.push(`name part ${tooLong(63, "bytes")}`);
  if (!IS_KEY.test(name)) errors.push(`name part ${shouldMatch(what, KEY, examples)}`);
  return errors;
}

/** Value of a label. */
export function labelValueErrors(text: string): string[] {
  const errors = text.length > 63 ? [tooLong(63, "bytes")] : [];
  if (IS_VALUE.test(text)) return errors;
  return [
    ...errors,
    shouldMatch(
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
      `(${KEY})?`,
      ["MyValue", "my_value", "12345"],
    ),
  ];
}
