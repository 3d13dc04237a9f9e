/**
 * What a kubeconfig must be to be read.
 *
 * @module
 */
import { z } from "zod";

const text = z.exactOptional(z.string());
const texts = z.exactOptional(z.array(z.string()));

const cluster = z.looseObject({
  server: text,
  "certificate-authority": text,
  "certificate-authority-data": text,
  "insecure-skip-tls-verify": z.exactOptional(z.boolean()),
  "tls-server-name": text,
  "proxy-url": text,
});

const exec = z.looseObject({
  apiVersion: text,
  command: text,
  args: texts,
  env: z.exactOptional(z.array(z.looseObject({ name: z.string(), value: z.string() }))),
  interactiveMode: text,
  installHint: text,
  provideClusterInfo: z.exactOptional(z.boolean()),
});

const user = z.looseObject({
  "client-certificate": text,
  "client-certificate-data": text,
  "client-key": text,
  "client-key-data": text,
  token: text,
  tokenFile: text,
  username: text,
  password: text,
  exec: z.exactOptional(exec),
  as: text,
  "auth-provider": z.exactOptional(z.looseObject({ name: text })),
});

const context = z.looseObject({ cluster: text, user: text, namespace: text });

/** A kubeconfig without what is null: that is left out. What is not known is let be. */
export const KUBECONFIG_SCHEMA: z.ZodType = z.looseObject({
  "current-context": text,
  clusters: z.exactOptional(
    z.array(z.looseObject({ name: text, cluster: z.exactOptional(cluster) })),
  ),
  users: z.exactOptional(z.array(z.looseObject({ name: text, user: z.exactOptional(user) }))),
  contexts: z.exactOptional(
    z.array(z.looseObject({ name: text, context: z.exactOptional(context) })),
  ),
});
