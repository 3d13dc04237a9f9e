{{- /* Made by `deno task render`. Do not edit. */}}

{{- define "vm-dhcp.run.controller" -}}
- run
- --cached-only
- --no-prompt
- --v8-flags=--max-semi-space-size=8,--heap-growing-percent=30
- --allow-net
- --allow-env=KUBECONFIG,KUBECONTEXT,VM_DHCP_CONTROLLER_NAME,AGENT_NAMESPACE,AGENT_IMAGE,AGENT_SERVICE_ACCOUNT_NAME,VM_DHCP_AGENT_TOKEN_FILE,VM_DHCP_LOG_LEVEL,VM_DHCP_TENANCY,VM_DHCP_LOCK_NAMESPACE,AGENT_DEPLOYMENT_NAME,AGENT_CONTAINER_NAME,POD_NAMESPACE,POD_NAME,POD_IP,KUBERNETES_SERVICE_HOST,KUBERNETES_SERVICE_PORT
- --allow-read=/var/run/secrets/kubernetes.io/serviceaccount,/var/run/secrets/vm-dhcp/agents
- controller/main.ts
{{- end }}

{{- define "vm-dhcp.env.controller" -}}
- name: VM_DHCP_CONTROLLER_NAME
  value: {{ include "vm-dhcp.controller" . | quote }}
- name: POD_NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: POD_IP
  valueFrom:
    fieldRef:
      fieldPath: status.podIP
- name: AGENT_NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
- name: VM_DHCP_LOCK_NAMESPACE
  value: {{ .Values.leaderElection.namespace | quote }}
- name: AGENT_DEPLOYMENT_NAME
  value: {{ include "vm-dhcp.agent" . | quote }}
- name: AGENT_CONTAINER_NAME
  value: agent
- name: VM_DHCP_AGENT_TOKEN_FILE
  value: /var/run/secrets/vm-dhcp/agents/token
{{- end }}

{{- define "vm-dhcp.run.webhook" -}}
- run
- --cached-only
- --no-prompt
- --v8-flags=--max-semi-space-size=2,--heap-growing-percent=30
- --allow-net={{ .Values.addresses.apiServer }},{{ .Values.addresses.pod }}:8443,127.0.0.1
- --allow-env=NAMESPACE,VM_DHCP_TENANCY,KUBECONFIG,KUBECONTEXT,POD_IP,VM_DHCP_LOG_LEVEL,KUBERNETES_SERVICE_HOST,KUBERNETES_SERVICE_PORT,HOST_IP
- --allow-read=/var/run/secrets/kubernetes.io/serviceaccount,/etc/resolv.conf,/etc/vm-dhcp/certificate
- webhook/main.ts
{{- end }}

{{- define "vm-dhcp.env.webhook" -}}
- name: NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: POD_IP
  valueFrom:
    fieldRef:
      fieldPath: status.podIP
- name: HOST_IP
  valueFrom:
    fieldRef:
      fieldPath: status.hostIP
{{- end }}

{{- define "vm-dhcp.run.agent" -}}
- run
- --cached-only
- --no-prompt
- --v8-flags=--max-semi-space-size=2,--heap-growing-percent=30
- --allow-net={{ .Values.addresses.apiServer }},{{ .Values.addresses.pod }}:8080,127.0.0.1:8080,0.0.0.0:67
- --allow-env=VM_DHCP_AGENT_NAME,KUBECONFIG,KUBECONTEXT,IPPOOL_REF,VM_DHCP_AGENT_DRY_RUN,VM_DHCP_LOG_LEVEL,AGENT_NETWORK_CONFIGS,IPPOOL_REFS_JSON,POD_NAMESPACE,POD_NAME,POD_UID,POD_IP,HOST_IP,VM_DHCP_CONTROLLER_ACCOUNT,HOSTNAME,KUBERNETES_SERVICE_HOST,KUBERNETES_SERVICE_PORT
- --allow-ffi
- --allow-read=/var/run/secrets/kubernetes.io/serviceaccount,/var/lib/vm-dhcp,/etc/resolv.conf
- --allow-write=/var/lib/vm-dhcp
- agent/main.ts
{{- end }}

{{- define "vm-dhcp.env.agent" -}}
- name: POD_NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: POD_UID
  valueFrom:
    fieldRef:
      fieldPath: metadata.uid
- name: POD_IP
  valueFrom:
    fieldRef:
      fieldPath: status.podIP
- name: HOST_IP
  valueFrom:
    fieldRef:
      fieldPath: status.hostIP
- name: VM_DHCP_CONTROLLER_ACCOUNT
  value: {{ include "vm-dhcp.serviceAccountName" (list . "controller") | quote }}
{{- end }}

{{- define "vm-dhcp.run.crds" -}}
- run
- --cached-only
- --no-prompt
- --allow-net={{ .Values.addresses.apiServer }}
- --allow-env=KUBECONFIG,KUBECONTEXT,KUBERNETES_SERVICE_HOST,KUBERNETES_SERVICE_PORT
- --allow-read=/var/run/secrets/kubernetes.io/serviceaccount
- controller/crds/main.ts
{{- end }}
