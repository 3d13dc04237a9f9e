/**
 * Who may use a test cluster: tokens of users, and the key that signs those of ServiceAccounts.
 *
 * @module
 */

/** A user that the API server knows by a token. */
export interface TestUser {
  readonly name: string;
  readonly groups?: readonly string[];
}

/** Writes `tokens.csv` and the keys for ServiceAccounts into a folder; gives the tokens by user, `admin` among them. */
export async function writeCredentials(
  folder: string,
  users: readonly TestUser[],
): Promise<ReadonlyMap<string, string>> {
  const tokens = new Map<string, string>();
  const lines: string[] = [];
  for (const { name, groups = [] } of [{ name: "admin", groups: ["system:masters"] }, ...users]) {
    const token = crypto.randomUUID();
    tokens.set(name, token);
    lines.push(`${token},${name},${name},"${groups.join(",")}"`);
  }
  await Deno.writeTextFile(`${folder}/tokens.csv`, `${lines.join("\n")}\n`);
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const pair = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const key = await crypto.subtle.exportKey("pkcs8", pair.privateKey);
  await Deno.writeTextFile(`${folder}/service-account.key`, pem("PRIVATE KEY", key));
  const publicKey = await crypto.subtle.exportKey("spki", pair.publicKey);
  await Deno.writeTextFile(`${folder}/service-account.pub`, pem("PUBLIC KEY", publicKey));
  return tokens;
}

function pem(label: string, der: ArrayBuffer): string {
  return `-----BEGIN ${label}-----\n${new Uint8Array(der).toBase64()}\n-----END ${label}-----\n`;
}
