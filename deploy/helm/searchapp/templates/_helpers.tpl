{{/* What every object's name begins with; ECK takes 36 signs. */}}
{{- define "searchapp.name" -}}
{{- contains "searchapp" .Release.Name | ternary .Release.Name (printf "%s-searchapp" .Release.Name) | trunc 36 | trimSuffix "-" -}}
{{- end -}}

{{/* The labels by which pods of this release are known. */}}
{{- define "searchapp.selector" -}}
app.kubernetes.io/name: searchapp
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "searchapp.labels" -}}
{{ include "searchapp.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{/* The Secret with the certificate of Elasticsearch's authority; empty where there is none. */}}
{{- define "searchapp.ca" -}}
{{- .Values.elasticsearch.create | ternary (printf "%s-es-http-certs-public" (include "searchapp.name" .)) .Values.elasticsearch.caSecret -}}
{{- end -}}

{{/* A web or worker pod, but for what it runs: of the level "restricted", without a token. (dict "root" . "component" "web" "container" "...") */}}
{{- define "searchapp.pod" -}}
{{- $root := .root -}}
metadata:
  labels:
    {{- include "searchapp.labels" $root | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
  annotations:
    checksum/settings: {{ include (print $root.Template.BasePath "/settings.yaml") $root | sha256sum }}
spec:
  automountServiceAccountToken: false
  enableServiceLinks: false # their variables would begin as the settings do
  terminationGracePeriodSeconds: 60
  {{- with $root.Values.image.pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    fsGroup: 10001
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile: {type: RuntimeDefault}
  containers:
    - name: {{ .component }}
      image: {{ printf "%s:%s" (required "image.repository: where you pushed the image" $root.Values.image.repository) ($root.Values.image.tag | default $root.Chart.AppVersion) | quote }}
      envFrom: [{configMapRef: {name: {{ include "searchapp.name" $root }}}}]
      {{- .container | nindent 6 }}
      securityContext: {readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
      volumeMounts:
        - {name: data, mountPath: /data}
        - {name: models, mountPath: /models}
        - {name: tmp, mountPath: /tmp}
        - {name: secret, mountPath: /run/searchapp, readOnly: true}
        {{- if include "searchapp.ca" $root }}
        - {name: es-ca, mountPath: /run/es-ca, readOnly: true}
        {{- end }}
  volumes:
    - {name: data, persistentVolumeClaim: {claimName: {{ $root.Values.data.existingClaim | default (printf "%s-data" (include "searchapp.name" $root)) }}}}
    - {name: models, emptyDir: {sizeLimit: {{ $root.Values.models.sizeLimit }}}}
    - {name: tmp, emptyDir: {sizeLimit: 1Gi}}
    - {name: secret, secret: {secretName: {{ $root.Values.secret }}, defaultMode: 0440}}
    {{- with include "searchapp.ca" $root }}
    - {name: es-ca, secret: {secretName: {{ . }}}}
    {{- end }}
{{- end -}}
