import { asciiProblem } from "../../../api/options/text_forms.ts";
import type { OptionDefinition } from "../definition.ts";
import { text } from "../formats/text.ts";
import { textOf } from "../pool_source.ts";

/** RFC 2132 section 9.5: the boot file; in the field `file` for who does not ask for the option (rule 89). */
export const bootFileName: OptionDefinition<67, string> = {
  code: 67,
  name: "boot file name",
  format: text,
  fromPool: (pool) => textOf(pool, "bootFileName", asciiProblem),
};

/** RFC 2132 section 9.4: the TFTP server; in the field `sname` for who does not ask for the option (rule 89). */
export const tftpServerName: OptionDefinition<66, string> = {
  code: 66,
  name: "TFTP server name",
  format: text,
  fromPool: (pool) => textOf(pool, "tftpServerName", asciiProblem),
};
