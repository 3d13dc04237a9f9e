/**
 * The webhook: two replicas, a Service, and the two configurations, into which the webhook itself writes its CA.
 *
 * @module
 */
import {
  type ConfigurationOptions,
  GC_USER,
  mutatingConfiguration as mutating,
  validatingConfiguration as validating,
} from "../../webhook/cluster/configurations.ts";
import { ENVIRONMENT } from "../../webhook/settings.ts";
import { labelsOf, selectorOf } from "../names.ts";
import type { DeploySettings } from "../settings.ts";
import { isEmpty } from "../values/merge.ts";
import { ACCOUNT_FILES, allow, fieldEnv, podTemplate, spread } from "./pod.ts";

/** Where it listens. */
export const HTTPS_PORT = 8443;
/** Where the certificate of cert-manager is mounted. */
const CERTIFICATE_DIR = "/etc/vm-dhcp/certificate";

/** Its Deployment. */
export function webhookDeployment(settings: DeploySettings): unknown {
  const { names: { webhook: name } } = settings;
  const isMounted = settings.webhook.certificate === "cert-manager";
  const template = podTemplate({
    role: name,
    container: "webhook",
    settings: settings.webhook,
    permissions: [
      // The last: a connection goes by way of a listener for its certificate, and kubectl port-forward comes in there.
      allow(
        "net",
        settings.addresses.apiServer,
        `${settings.addresses.pod}:${HTTPS_PORT}`,
        "127.0.0.1",
      ),
      allow("env", ...ENVIRONMENT),
      allow("read", ACCOUNT_FILES, "/etc/resolv.conf", CERTIFICATE_DIR),
    ],
    program: "webhook/main.ts",
    args: [
      `--name=${name}`,
      `--service-cidr=${settings.webhook.serviceCidr}`,
      `--tenancy=${settings.tenancy}`,
      `--controller-user=${controllerUser(settings)}`,
      ...(isMounted ? [`--certificate-dir=${CERTIFICATE_DIR}`] : []),
    ],
    env: [
      fieldEnv("NAMESPACE", "metadata.namespace"),
      fieldEnv("POD_NAME", "metadata.name"),
      fieldEnv("POD_IP", "status.podIP"),
      fieldEnv("HOST_IP", "status.hostIP"),
    ],
    port: { name: "https", containerPort: HTTPS_PORT },
    scheme: "HTTPS",
    affinity: spread(name),
    ...(isMounted
      ? {
        volumes: [{
          name: "certificate",
          mountPath: CERTIFICATE_DIR,
          source: { secret: { secretName: certificateSecret(name) } },
        }],
      }
      : {}),
    terminationGracePeriodSeconds: 15,
  }, settings);
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: settings.namespace, labels: labelsOf(name) },
    spec: {
      replicas: settings.webhook.replicas,
      selector: { matchLabels: selectorOf(name) },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template,
    },
  };
}

/** Its Service. */
export function webhookService({ names: { webhook: name }, namespace }: DeploySettings): unknown {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace, labels: labelsOf(name) },
    spec: {
      selector: selectorOf(name),
      ports: [{ name: "https", port: 443, targetPort: "https" }],
    },
  };
}

/** Defaults new pools: `webhook/cluster/configurations.ts` says what it sees. */
export function mutatingConfiguration(settings: DeploySettings): unknown {
  return mutating(configurationOptions(settings));
}

/** Validates what people write. */
export function validatingConfiguration(settings: DeploySettings): unknown {
  return validating(configurationOptions(settings));
}

/** What cert-manager is asked for: a certificate for the Service, and an issuer where none is named. */
export function certificateObjects(settings: DeploySettings): unknown[] {
  const { names: { webhook: name }, namespace, webhook: { certificate, issuerRef } } = settings;
  if (certificate === "own") return [];
  const apiVersion = "cert-manager.io/v1";
  const metadata = { name, namespace, labels: labelsOf(name) };
  const hasIssuer = !isEmpty(issuerRef);
  return [
    ...(hasIssuer ? [] : [{ apiVersion, kind: "Issuer", metadata, spec: { selfSigned: {} } }]),
    {
      apiVersion,
      kind: "Certificate",
      metadata,
      spec: {
        secretName: certificateSecret(name),
        dnsNames: [`${name}.${namespace}.svc`, `${name}.${namespace}.svc.cluster.local`],
        issuerRef: hasIssuer ? issuerRef : { kind: "Issuer", name },
      },
    },
  ];
}

/** Not the Secret that the webhook makes itself: each has its own owner. */
function certificateSecret(webhook: string): string {
  return `${webhook}-certificate`;
}

function configurationOptions(settings: DeploySettings): ConfigurationOptions {
  const { namespace, names: { webhook: name } } = settings;
  const isManaged = settings.webhook.certificate === "cert-manager";
  return {
    name,
    labels: labelsOf(name),
    ...(isManaged
      ? { annotations: { "cert-manager.io/inject-ca-from": `${namespace}/${name}` } }
      : {}),
    controllerUser: controllerUser(settings),
    gcUser: GC_USER,
    // Without its CA: the webhook or cert-manager writes that, into this one field.
    clientConfig: (path) => ({ service: { namespace, name, path, port: 443 } }),
  };
}

/** The user that the controller is to the API server. */
function controllerUser({ namespace, controller }: DeploySettings): string {
  return `system:serviceaccount:${namespace}:${controller.serviceAccount.name}`;
}
