{{/*
The pod template of a role.
(dict "root" . "role" "controller" "name" name "values" valuesOfTheRole "args" list "port" 8080 "portName" "http" "scheme" "HTTP"
"volumes" listOfVolumes "mounts" listOfVolumeMounts "labels" dict "spread" true)
*/}}
{{- define "vm-dhcp.pod" -}}
{{- $root := .root }}
{{- $values := .values }}
{{- $labels := dict "app.kubernetes.io/name" .name "app.kubernetes.io/part-of" "vm-dhcp" }}
{{- $labels = mergeOverwrite (deepCopy ($values.podLabels | default dict)) $labels (.labels | default dict) }}
metadata:
  labels:
    {{- toYaml $labels | nindent 4 }}
  {{- with $values.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "vm-dhcp.serviceAccountName" (list $root .role) | quote }}
  terminationGracePeriodSeconds: 15
  {{- with $values.priorityClassName }}
  priorityClassName: {{ . | quote }}
  {{- end }}
  {{- with include "vm-dhcp.imagePullSecrets" $root }}
  imagePullSecrets:
    {{- . | nindent 4 }}
  {{- end }}
  {{- with $values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if .spread }}
  affinity:
    {{- if $values.affinity }}
    {{- toYaml $values.affinity | nindent 4 }}
    {{- else }}
    podAntiAffinity:
      preferredDuringSchedulingIgnoredDuringExecution:
        - weight: 100
          podAffinityTerm:
            topologyKey: kubernetes.io/hostname
            labelSelector:
              matchLabels:
                {{- include "vm-dhcp.selectorLabels" .name | nindent 16 }}
    {{- end }}
  {{- end }}
  {{- with $values.topologySpreadConstraints }}
  topologySpreadConstraints:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.podSecurityContext }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: {{ .role }}
      image: {{ include "vm-dhcp.image" (list $root $values.image) | quote }}
      imagePullPolicy: {{ include "vm-dhcp.imagePullPolicy" (list $root $values.image) }}
      args:
        {{- include (printf "vm-dhcp.run.%s" .role) $root | nindent 8 }}
        {{- toYaml .args | nindent 8 }}
        {{- if ne $root.Values.logLevel "info" }}
        - --log-level={{ $root.Values.logLevel }}
        {{- end }}
        {{- with $values.extraArgs }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      env:
        {{- include (printf "vm-dhcp.env.%s" .role) $root | nindent 8 }}
        {{- with $values.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      ports:
        - name: {{ .portName }}
          containerPort: {{ .port }}
        {{- range .morePorts }}
        - name: {{ .name }}
          containerPort: {{ .containerPort }}
        {{- end }}
      startupProbe:
        httpGet:
          path: /healthz
          port: {{ .portName }}
          scheme: {{ .scheme }}
        timeoutSeconds: 2
        periodSeconds: 1
        failureThreshold: 180
      readinessProbe:
        httpGet:
          path: /readyz
          port: {{ .portName }}
          scheme: {{ .scheme }}
        timeoutSeconds: 2
        periodSeconds: 2
        failureThreshold: 2
      livenessProbe:
        httpGet:
          path: /healthz
          port: {{ .portName }}
          scheme: {{ .scheme }}
        timeoutSeconds: 2
        periodSeconds: 10
        failureThreshold: 3
      {{- with $values.resources }}
      resources:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $values.securityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with concat (.mounts | default list) ($values.volumeMounts | default list) }}
      volumeMounts:
        {{- toYaml . | nindent 8 }}
      {{- end }}
  {{- with concat (.volumes | default list) ($values.volumes | default list) }}
  volumes:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
