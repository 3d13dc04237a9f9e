/**
 * Asks a webhook as an API server does, by the name in its certificate and wherever it listens.
 *
 * @module
 */
import type { Answer } from "./role.ts";

/** Where a webhook is, and whom to trust. */
interface WebhookAddress {
  readonly port: number;
  /** A name in its certificate. */
  readonly name: string;
  /** PEM. */
  readonly ca: string;
}

/** One request, on a connection of its own. `review`: the body of a POST. */
export async function askWebhook(
  { port, name, ca }: WebhookAddress,
  path: string,
  review?: unknown,
): Promise<Answer> {
  const tcp = await Deno.connect({ hostname: "127.0.0.1", port });
  const tls = await Deno.startTls(tcp, { hostname: name, caCerts: [ca] });
  try {
    const body = review === undefined ? "" : JSON.stringify(review);
    const head = [
      `${review === undefined ? "GET" : "POST"} ${path} HTTP/1.1`,
      `Host: ${name}`,
      "Content-Type: application/json",
      `Content-Length: ${new TextEncoder().encode(body).length}`,
      "Connection: close",
    ];
    const writer = tls.writable.getWriter();
    await writer.write(new TextEncoder().encode(`${head.join("\r\n")}\r\n\r\n${body}`));
    const answer = await textOf(tls.readable);
    const status = Number(answer.split(" ")[1]);
    // Whole or in chunks: the JSON is what is in braces.
    return { status, text: answer.slice(answer.indexOf("{"), answer.lastIndexOf("}") + 1) };
  } finally {
    try {
      tls.close();
    } catch {
      // Reading it to its end closed it.
    }
  }
}

/** Everything until the other end closes, in whichever way. */
async function textOf(readable: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  try {
    for await (const chunk of readable) text += decoder.decode(chunk, { stream: true });
  } catch (error) {
    if (text === "") throw error;
  }
  return text;
}
