{{/*
What the objects' names begin with. The release's name is no part of it: one installation serves a cluster, and its names are
those of `deno task deploy` and of the chart of 0.1.0.
*/}}
{{- define "vm-dhcp.fullname" -}}
{{- .Values.fullnameOverride | default .Values.nameOverride | default "vm-dhcp" }}
{{- end }}

{{- define "vm-dhcp.controller" -}}
{{ include "vm-dhcp.fullname" . }}-controller
{{- end }}

{{- define "vm-dhcp.webhook" -}}
{{ include "vm-dhcp.fullname" . }}-webhook
{{- end }}

{{- define "vm-dhcp.agent" -}}
{{ include "vm-dhcp.fullname" . }}-agent
{{- end }}

{{- define "vm-dhcp.chart" -}}
{{- printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* Labels by which the pods of a role are found; they are the same in every version. (name of the role's objects) */}}
{{- define "vm-dhcp.selectorLabels" -}}
app.kubernetes.io/name: {{ . }}
{{- end }}

{{/* Labels that tell the release. */}}
{{- define "vm-dhcp.releaseLabels" -}}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ include "vm-dhcp.chart" . }}
{{- end }}

{{/* Labels of an object. (list root nameOfTheRolesObjects) */}}
{{- define "vm-dhcp.labels" -}}
{{ include "vm-dhcp.selectorLabels" (index . 1) }}
app.kubernetes.io/part-of: vm-dhcp
{{ include "vm-dhcp.releaseLabels" (index . 0) }}
{{- end }}

{{/*
The values of a role, with those of the Go version's chart laid over them: left in `into` under "values".
(dict "root" . "role" "controller" "into" $dict)
*/}}
{{- define "vm-dhcp.loadRole" -}}
{{- $top := .root.Values }}
{{- $values := deepCopy (index $top .role) }}
{{- $image := $values.image | default dict }}
{{- if and (kindIs "string" $top.image) (not $image.repository) }}
{{- range $part := list "registry" "tag" "digest" }}
{{- if get $image $part }}{{ fail (printf "%s.image.%s has no meaning where image is one text (%s): write image as parts (image.repository, image.tag), or %s.image.repository, too" $.role $part $top.image $.role) }}{{ end }}
{{- end }}
{{- end }}
{{- $count := $values.replicaCount }}
{{- if eq .role "controller" }}
{{- $count = $top.replicaCount }}
{{- range $key := list "resources" "nodeSelector" "tolerations" "affinity" "podAnnotations" "podLabels" "podSecurityContext" "securityContext" "volumes" "volumeMounts" }}
{{- with index $top $key }}
{{- if kindIs "map" . }}
{{- $_ := set $values $key (mergeOverwrite (index $values $key | default dict) (deepCopy .)) }}
{{- else }}
{{- $_ := set $values $key . }}
{{- end }}
{{- end }}
{{- end }}
{{- with $top.serviceAccount }}
{{- if kindIs "bool" .create }}{{ $_ := set $values.serviceAccount "create" .create }}{{ end }}
{{- with .name }}{{ $_ := set $values.serviceAccount "name" . }}{{ end }}
{{- with .annotations }}{{ $_ := set $values.serviceAccount "annotations" (merge (deepCopy .) ($values.serviceAccount.annotations | default dict)) }}{{ end }}
{{- end }}
{{- end }}
{{- with $count }}{{ $_ := set $values "replicas" . }}{{ end }}
{{- if and $top.openshift.enabled (ne .role "agent") }}
{{- $_ := set $values "securityContext" (omit ($values.securityContext | default dict) "runAsUser" "runAsGroup") }}
{{- end }}
{{- $_ := set .into "values" $values }}
{{- end }}

{{/* Name of a role's ServiceAccount. (list root role) */}}
{{- define "vm-dhcp.serviceAccountName" -}}
{{- $root := index . 0 }}
{{- $role := index . 1 }}
{{- $loaded := dict }}
{{- include "vm-dhcp.loadRole" (dict "root" $root "role" $role "into" $loaded) }}
{{- with $loaded.values.serviceAccount }}
{{- if .name }}{{ .name }}
{{- else if .create }}{{ include (printf "vm-dhcp.%s" $role) $root }}
{{- else }}default
{{- end }}
{{- end }}
{{- end }}

{{/* Images of the Go version, which cannot run this one. */}}
{{- define "vm-dhcp.goImage" -}}
(^|/)harvester-vm-dhcp-(controller|agent|webhook)$
{{- end }}

{{/* Full reference of a role's image. (list root imageOfTheRole) */}}
{{- define "vm-dhcp.image" -}}
{{- $root := index . 0 }}
{{- $own := index . 1 | default dict }}
{{- $image := $root.Values.image }}
{{- $go := include "vm-dhcp.goImage" $root }}
{{- $over := dict }}
{{- if not (regexMatch $go ($own.repository | default "")) }}
{{- range $part, $value := $own }}{{ if $value }}{{ $_ := set $over $part $value }}{{ end }}{{ end }}
{{- end }}
{{- if and (kindIs "string" $image) (not $over.repository) }}
{{- $image }}
{{- else }}
{{- $parts := dict }}
{{- if not (kindIs "string" $image) }}
{{- $parts = deepCopy $image }}
{{- if regexMatch $go ($image.repository | default "") }}
{{- $parts = dict "registry" $image.registry "repository" "vm-dhcp" }}
{{- end }}
{{- end }}
{{- $parts = mergeOverwrite $parts $over }}
{{- $registry := $parts.registry | default "" }}
{{- $repository := $parts.repository | default "" }}
{{- if regexMatch "^([^/]*[.:][^/]*|localhost)/.+$" $repository }}
{{- $registry = regexFind "^[^/]*" $repository }}
{{- $repository = trimPrefix (printf "%s/" $registry) $repository }}
{{- end }}
{{- $registry = $root.Values.global.imageRegistry | default $registry }}
{{- with $registry }}{{ . }}/{{ end }}{{ $repository }}
{{- if $parts.digest }}@{{ $parts.digest }}{{ else }}:{{ $parts.tag | default $root.Chart.AppVersion }}{{ end }}
{{- end }}
{{- end }}

{{/* When a role's image is pulled. (list root imageOfTheRole) */}}
{{- define "vm-dhcp.imagePullPolicy" -}}
{{- $values := (index . 0).Values }}
{{- $common := "" }}
{{- if not (kindIs "string" $values.image) }}{{ $common = $values.image.pullPolicy }}{{ end }}
{{- (index . 1 | default dict).pullPolicy | default $values.imagePullPolicy | default $common | default "IfNotPresent" }}
{{- end }}

{{/* The references of all Secrets of registries, as a YAML list. */}}
{{- define "vm-dhcp.imagePullSecrets" -}}
{{- range concat (.Values.global.imagePullSecrets | default list) (.Values.imagePullSecrets | default list) }}
- name: {{ if kindIs "string" . }}{{ . | quote }}{{ else }}{{ .name | quote }}{{ end }}
{{- end }}
{{- end }}

{{/* Annotation by which cert-manager writes its CA into the webhook configurations. */}}
{{- define "vm-dhcp.caInjection" -}}
{{- if eq .Values.webhook.certificate "cert-manager" -}}
annotations:
  cert-manager.io/inject-ca-from: {{ .Release.Namespace }}/{{ include "vm-dhcp.webhook" . }}
{{- end }}
{{- end }}

{{/* Labels and annotations of a CRD. */}}
{{- define "vm-dhcp.crdMetadata" -}}
labels:
  app.kubernetes.io/part-of: vm-dhcp
  {{- include "vm-dhcp.releaseLabels" . | nindent 2 }}
{{- if .Values.crds.keep }}
annotations:
  helm.sh/resource-policy: keep
{{- end }}
{{- end }}

{{/*
Who brings a CRD: "chart", or "hook" where it is there already but no part of this release: Helm would refuse to touch it, so a
job of the image brings it up to date and hands it to the release. (list root nameOfTheCrd)
*/}}
{{- define "vm-dhcp.crdOwner" -}}
{{- $root := index . 0 }}
{{- if $root.Values.crds.install }}
{{- $found := lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" (index . 1) }}
{{- $annotations := dig "metadata" "annotations" dict ($found | default dict) }}
{{- if not $found }}chart
{{- else if and (eq $root.Release.Name (get $annotations "meta.helm.sh/release-name")) (eq $root.Release.Namespace (get $annotations "meta.helm.sh/release-namespace")) }}chart
{{- else }}hook
{{- end }}
{{- end }}
{{- end }}

{{/*
Annotations of what brings foreign CRDs up to date. A job that failed stays, for its log; what it was allowed goes.
(list placeInTheOrder kind)
*/}}
{{- define "vm-dhcp.crdHook" -}}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-weight: {{ index . 0 | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded{{ if ne (index . 1) "Job" }},hook-failed{{ end }}
{{- end }}

{{/*
Gives values their defaults where they are those of the chart of 0.1.0 alone, as `helm upgrade --reuse-values` leaves them. Every
template begins with it.
*/}}
{{- define "vm-dhcp.defaults" -}}
{{- if not (hasKey .Values "crds") }}
{{- include "vm-dhcp.fill" (dict "into" .Values "from" (.Files.Get "files/defaults.yaml" | fromYaml)) }}
{{- end }}
{{- end }}

{{/* Sets what a map has not. (dict "into" map "from" map) */}}
{{- define "vm-dhcp.fill" -}}
{{- $into := .into }}
{{- range $name, $value := .from }}
{{- if not (hasKey $into $name) }}
{{- $_ := set $into $name $value }}
{{- else if and (kindIs "map" $value) (kindIs "map" (index $into $name)) }}
{{- include "vm-dhcp.fill" (dict "into" (index $into $name) "from" $value) }}
{{- end }}
{{- end }}
{{- end }}
