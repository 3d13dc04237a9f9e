import type { ClientOptions } from "../../api/client_options.ts";
import { type FieldError, fieldErrorText } from "../../api/fields/field_error.ts";
import { DHCP_OPTIONS_ANNOTATION_PREFIX } from "../../api/names.ts";
import { readClientOptions } from "../../api/options/read_client_options.ts";
import type { VirtualMachine } from "../../api/types.ts";

/** What the annotation of one NIC says that it is told. */
interface AnnotatedOptions {
  /** What of it can be read; absent where nothing can. */
  readonly options?: ClientOptions;
  /** What cannot, with keys and values; absent where all can. */
  readonly problem?: string;
}

/** What is wrong with the options of one NIC: the first few errors, and how many there are beside them; `undefined`: nothing. */
export function optionsProblem(errors: readonly FieldError[]): string | undefined {
  return errors.length === 0 ? undefined : fieldErrorText(errors);
}

/** Whether a VM says of any NIC what it is told. */
export function hasOptions({ metadata: { annotations } }: VirtualMachine): boolean {
  return annotations !== undefined &&
    Object.keys(annotations).some((key) => key.startsWith(DHCP_OPTIONS_ANNOTATION_PREFIX));
}

/** Reads the annotation `dhcp-options.network.harvesterhci.io/<nic>` of a VM; whether its network takes it is for the planner. */
export function annotatedOptions(
  { metadata: { annotations } }: VirtualMachine,
  nic: string,
): AnnotatedOptions {
  const annotation = DHCP_OPTIONS_ANNOTATION_PREFIX + nic;
  const text = annotations?.[annotation]?.trim() ?? "";
  if (text === "") return {};
  const { options, errors } = readClientOptions(text, {});
  const problem = optionsProblem(errors);
  return {
    ...(Object.keys(options).length === 0 ? {} : { options }),
    ...(problem === undefined ? {} : {
      problem: `Options of NIC ${nic} (annotation ${annotation}): ${problem}`,
    }),
  };
}
