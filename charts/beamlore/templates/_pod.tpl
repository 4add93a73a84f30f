{{/*
Parts of pods. A dictionary goes round: root, component, values (the component's own), and for images of others
user (uid and gid the image runs as; 10001 without it).
*/}}

{{/* Fields of a Deployment's spec above its template. */}}
{{- define "beamlore.deployment" -}}
revisionHistoryLimit: 5
{{- if not (dig "autoscaling" "enabled" false .values) }}
replicas: {{ .values.replicas }}
{{- end }}
# Until a new pod is ready the old one stays; a pod that falls over at once is not taken for ready.
minReadySeconds: 3
progressDeadlineSeconds: 600
strategy:
  type: RollingUpdate
  rollingUpdate:
    maxUnavailable: 0
    maxSurge: 1
selector:
  matchLabels:
    {{- include "beamlore.selectorLabels" . | nindent 4 }}
{{- end }}

{{/* Labels and annotations of pods; config: a text whose change replaces the pods. No versions: a new chart must not
     by itself restart a database. */}}
{{- define "beamlore.pod.metadata" -}}
labels:
  {{- include "beamlore.selectorLabels" . | nindent 2 }}
  app.kubernetes.io/part-of: {{ .root.Chart.Name }}
  {{- with .values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- if or .config .values.podAnnotations }}
annotations:
  {{- with .config }}
  checksum/config: {{ sha256sum . }}
  {{- end }}
  {{- with .values.podAnnotations }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
{{- end }}

{{/* Fields of every pod's spec: who it runs as, where it may run. */}}
{{- define "beamlore.pod.spec" -}}
{{- $user := .user | default 10001 -}}
serviceAccountName: {{ .serviceAccount | default (include "beamlore.fullname" .root) }}
automountServiceAccountToken: {{ .token | default false }}
enableServiceLinks: false
{{- with .root.Values.images.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: {{ $user }}
  runAsGroup: {{ $user }}
  fsGroup: {{ $user }}
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- with .values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Where the pods of one component stand to each other: in different rooms, on different nodes, where it can be. */}}
{{- define "beamlore.pod.spread" -}}
affinity:
{{- with .values.affinity }}
  {{- toYaml . | nindent 2 }}
{{- else }}
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          topologyKey: kubernetes.io/hostname
          labelSelector:
            matchLabels:
              {{- include "beamlore.selectorLabels" . | nindent 14 }}
{{- end }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: {{ .root.Values.topologyKey }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "beamlore.selectorLabels" . | nindent 8 }}
    # Of the new pods only: those that go do not count.
    matchLabelKeys: [pod-template-hash]
{{- end }}

{{/* Time to serve on, to end what is open, and some to spare: root. */}}
{{- define "beamlore.pod.grace" -}}
terminationGracePeriodSeconds: {{ add .root.Values.preStopSeconds 30 }}
{{- end }}

{{/* Fields of every container: image, rights, resources (values.image, values.resources). */}}
{{- define "beamlore.container" -}}
image: {{ include "beamlore.image" (dict "root" .root "image" .values.image) | quote }}
imagePullPolicy: {{ .root.Values.images.pullPolicy }}
{{ include "beamlore.container.securityContext" . }}
resources:
  {{- toYaml .values.resources | nindent 2 }}
{{- end }}

{{- define "beamlore.container.securityContext" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end }}

{{/* Probes of our services. Alive: the process answers. Ready: it can do its job. */}}
{{- define "beamlore.container.probes" -}}
startupProbe:
  httpGet:
    path: /health/live
    port: http
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 180
livenessProbe:
  httpGet:
    path: /health/live
    port: http
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet:
    path: {{ .ready | default "/health/ready" }}
    port: http
  periodSeconds: 3
  timeoutSeconds: 3
  failureThreshold: 2
{{- end }}

{{/* Of servers that are not ours: they serve on until nobody sends them requests any more. Our services do that
     themselves (BEAMLORE_DRAIN_SECONDS). */}}
{{- define "beamlore.container.lifecycle" -}}
lifecycle:
  preStop:
    sleep:
      seconds: {{ .root.Values.preStopSeconds }}
{{- end }}

{{/* The variables of a container, each once: of two with one name the later holds, which is the values'. Their YAML. */}}
{{- define "beamlore.container.env" -}}
{{- $all := fromYamlArray . -}}
{{- $last := dict -}}
{{- range $all }}{{ $_ := set $last .name . }}{{ end -}}
{{- $kept := list -}}
{{- $names := list -}}
{{- range $all }}
{{- if not (has .name $names) }}
{{- $names = append $names .name }}
{{- $kept = append $kept (get $last .name) }}
{{- end }}
{{- end }}
{{- toYaml $kept -}}
{{- end }}

{{/* Extra environment of a component: settings (a map), extraEnv (a list), extraEnvFrom. Ends `env:`. */}}
{{- define "beamlore.container.extraEnv" -}}
{{- range $name, $value := .values.settings }}
- name: {{ $name }}
  value: {{ ternary (join "," $value) $value (kindIs "slice" $value) | toString | quote }}
{{- end }}
{{- with .values.extraEnv }}
{{- toYaml . | nindent 0 }}
{{- end }}
{{- end }}

{{- define "beamlore.volume.tmp" -}}
- name: tmp
  emptyDir:
    sizeLimit: {{ . | default "256Mi" }}
{{- end }}
