/**
 * The configuration files and command lines of a whole one-node Kubernetes cluster with containerd and Multus, in a folder
 * of its own and with addresses that exist only in the node's network namespace.
 *
 * @module
 */

/** Address of the node and of its API server, in the node's network namespace. */
export const NODE_ADDRESS = "172.30.0.1";
/** Range of Service addresses. */
export const SERVICE_CIDR = "10.96.0.0/16";
/** Range of pod addresses. */
const POD_CIDR = "10.244.0.0/24";
/** Token of a member of `system:masters`. */
const ADMIN_TOKEN = "node-admin";
const NODE_NAME = "node1";
const ETCD_URL = "http://127.0.0.1:2379";
/** containerd's socket, in the node's mount namespace. */
export const CONTAINERD_SOCKET = "/run/containerd/containerd.sock";

/** Where things are. */
export interface NodePaths {
  /** Everything the node writes. */
  readonly folder: string;
  /** Programs by name: etcd, kube-apiserver, kubelet, containerd, ... */
  readonly programs: Readonly<Record<string, string>>;
  /** Folder of the CNI plugins, Multus among them. */
  readonly cniPlugins: string;
  /** Name of the cgroup that holds all pods. */
  readonly cgroup: string;
  /** Longest wait before a container that ended is started again. Unset: the kubelet's five minutes, reached from 10 s on. */
  readonly restartSeconds?: number;
}

/** Every configuration file of the node: path below the folder -> content. */
export function configurationFiles(paths: NodePaths): Record<string, string> {
  const { folder } = paths;
  return {
    "admin.kubeconfig": JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{
        name: "node",
        cluster: {
          server: `https://${NODE_ADDRESS}:6443`,
          "certificate-authority": `${folder}/pki/ca.crt`,
        },
      }],
      users: [{ name: "admin", user: { token: ADMIN_TOKEN } }],
      contexts: [{ name: "node", context: { cluster: "node", user: "admin" } }],
      "current-context": "node",
    }),
    "pki/tokens.csv": `${ADMIN_TOKEN},admin,admin,"system:masters"\n`,
    "pki/api.ext": "subjectAltName=" + [
      `IP:${NODE_ADDRESS}`,
      "IP:10.96.0.1",
      "DNS:kubernetes",
      "DNS:kubernetes.default",
      "DNS:kubernetes.default.svc",
    ].join(",") + "\n",
    "containerd.toml": containerdConfiguration(paths),
    "cni/00-multus.conf": multusConfiguration(paths),
    "kubelet.yaml": JSON.stringify(kubeletConfiguration(paths)),
  };
}

/**
 * Multus' configuration. Namespaces are isolated, as OpenShift has it: pods of others may use networks of `default`, which is
 * always among the exceptions, and of those named here.
 */
export function multusConfiguration(
  { folder, cniPlugins }: Pick<NodePaths, "folder" | "cniPlugins">,
  globalNamespaces: readonly string[] = [],
): string {
  return JSON.stringify({
    cniVersion: "0.3.1",
    name: "multus-cni-network",
    type: "multus",
    namespaceIsolation: true,
    globalNamespaces: ["default", ...globalNamespaces].join(),
    kubeconfig: `${folder}/admin.kubeconfig`,
    confDir: `${folder}/cni`,
    cniDir: `${folder}/multus`,
    binDir: cniPlugins,
    delegates: [{
      cniVersion: "0.3.1",
      name: "pods",
      type: "bridge",
      bridge: "cni0",
      isGateway: true,
      ipam: {
        type: "host-local",
        dataDir: `${folder}/ipam`,
        ranges: [[{ subnet: POD_CIDR }]],
        routes: [{ dst: "0.0.0.0/0" }],
      },
    }],
  });
}

function containerdConfiguration(paths: NodePaths): string {
  return `version = 2
root = "${paths.folder}/containerd"
state = "/run/containerd"
[grpc]
  address = "${CONTAINERD_SOCKET}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  restrict_oom_score_adj = true
  enable_unprivileged_ports = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${paths.cniPlugins}"
    conf_dir = "${paths.folder}/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
`;
}

function kubeletConfiguration(paths: NodePaths): object {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    address: NODE_ADDRESS,
    authentication: {
      anonymous: { enabled: true },
      webhook: { enabled: false },
      x509: { clientCAFile: `${paths.folder}/pki/ca.crt` },
    },
    authorization: { mode: "AlwaysAllow" },
    cgroupDriver: "cgroupfs",
    failCgroupV1: false,
    cgroupRoot: `/${paths.cgroup}`,
    failSwapOn: false,
    containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
    resolvConf: "",
    podLogsDir: `${paths.folder}/pod-logs`,
    localStorageCapacityIsolation: false,
    evictionHard: {
      "nodefs.available": "0%",
      "imagefs.available": "0%",
      "memory.available": "50Mi",
    },
    imageGCHighThresholdPercent: 100,
    nodeStatusUpdateFrequency: "4s",
    ...(paths.restartSeconds === undefined
      ? {}
      : { crashLoopBackOff: { maxContainerRestartPeriod: `${paths.restartSeconds}s` } }),
    volumePluginDir: `${paths.folder}/volume-plugins`,
  };
}

/** The command line of every component, in the order in which they start. */
export function componentCommands(paths: NodePaths): Record<string, string[]> {
  const { folder, programs } = paths;
  const pki = `${folder}/pki`;
  const kubeconfig = `--kubeconfig=${folder}/admin.kubeconfig`;
  const program = (name: string): string => {
    const path = programs[name];
    if (!path) throw new Error(`Start the node: no path for the program "${name}"`);
    return path;
  };
  return {
    etcd: [
      program("etcd"),
      `--data-dir=${folder}/etcd`,
      "--unsafe-no-fsync",
      `--listen-client-urls=${ETCD_URL}`,
      `--advertise-client-urls=${ETCD_URL}`,
      "--listen-peer-urls=http://127.0.0.1:2380",
    ],
    "kube-apiserver": [
      program("kube-apiserver"),
      `--etcd-servers=${ETCD_URL}`,
      `--bind-address=${NODE_ADDRESS}`,
      `--advertise-address=${NODE_ADDRESS}`,
      "--secure-port=6443",
      `--tls-cert-file=${pki}/api.crt`,
      `--tls-private-key-file=${pki}/api.key`,
      `--cert-dir=${pki}`,
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-key-file=${pki}/sa.key`,
      `--service-account-signing-key-file=${pki}/sa.key`,
      `--service-cluster-ip-range=${SERVICE_CIDR}`,
      "--authorization-mode=Node,RBAC",
      `--token-auth-file=${pki}/tokens.csv`,
      "--kubelet-preferred-address-types=InternalIP",
      "--allow-privileged=true",
      "--enable-aggregator-routing",
    ],
    "kube-controller-manager": [
      program("kube-controller-manager"),
      kubeconfig,
      `--service-account-private-key-file=${pki}/sa.key`,
      `--root-ca-file=${pki}/ca.crt`,
      "--leader-elect=false",
      "--bind-address=127.0.0.1",
    ],
    "kube-scheduler": [
      program("kube-scheduler"),
      kubeconfig,
      "--leader-elect=false",
      "--bind-address=127.0.0.1",
    ],
    containerd: [program("containerd"), "--config", `${folder}/containerd.toml`],
    kubelet: [
      program("kubelet"),
      `--config=${folder}/kubelet.yaml`,
      kubeconfig,
      `--root-dir=${folder}/kubelet`,
      `--hostname-override=${NODE_NAME}`,
      `--node-ip=${NODE_ADDRESS}`,
    ],
    "kube-proxy": [
      program("kube-proxy"),
      kubeconfig,
      "--proxy-mode=nftables",
      `--hostname-override=${NODE_NAME}`,
      `--cluster-cidr=${POD_CIDR}`,
      "--conntrack-max-per-core=0",
      "--conntrack-tcp-timeout-established=0s",
      "--conntrack-tcp-timeout-close-wait=0s",
    ],
  };
}
