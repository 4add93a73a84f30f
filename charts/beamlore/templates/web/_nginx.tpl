{{/* nginx.conf of the front door (docs/explanation/decisions/0004): the chart's top. */}}
{{- define "beamlore.web.nginx" -}}
{{- $web := .Values.web -}}
{{- $url := urlParse (include "beamlore.publicUrl" .) -}}
{{- $port := ternary 443 80 (eq $url.scheme "https") -}}
{{- if contains ":" $url.host }}{{ $port = last (splitList ":" $url.host) }}{{ end -}}
worker_processes {{ $web.workers }};
pid /tmp/nginx.pid;
error_log stderr warn;
# Streams of events that stay open when a pod is replaced.
worker_shutdown_timeout 20s;

events {
    worker_connections 4096;
}

http {
    server_tokens off;
    log_format json escape=json '{"time":"$time_iso8601","event":"request","method":"$request_method","path":"$uri",'
        '"status":$status,"seconds":$request_time,"upstream":"$upstream_addr","upstream_seconds":"$upstream_response_time",'
        '"bytes":$body_bytes_sent,"request_id":"$request_id"}';
    map $uri $logged {
        /health/live 0;
        default 1;
    }
    access_log /dev/stdout json if=$logged;
    sendfile on;
    tcp_nodelay on;
    keepalive_timeout 75;
    # A caller's busy connection ends in order before a pod does.
    keepalive_time {{ $web.keepaliveSeconds }}s;
    client_max_body_size {{ $web.maxBodySize }};
    # A token that names 300 groups has 10 kB, and stands in an address where a login ends.
    large_client_header_buffers 4 64k;
    client_body_temp_path /tmp/body;
    proxy_temp_path /tmp/proxy;
    fastcgi_temp_path /tmp/fastcgi;
    uwsgi_temp_path /tmp/uwsgi;
    scgi_temp_path /tmp/scgi;

    types {
        text/html html;
        text/css css;
        text/javascript js mjs;
        application/json json map;
        application/manifest+json webmanifest;
        application/wasm wasm;
        image/svg+xml svg;
        image/png png;
        image/jpeg jpg jpeg;
        image/x-icon ico;
        font/woff2 woff2;
        font/woff woff;
        text/plain txt;
    }
    default_type application/octet-stream;

    # What the image has compressed already is sent as it is.
    gzip_static on;
    # text/event-stream is left out: an event must not wait for a block to fill.
    gzip on;
    gzip_vary on;
    gzip_proxied any;
    gzip_min_length 1024;
    gzip_comp_level 5;
    gzip_types text/css text/javascript text/plain application/json application/problem+json
               application/manifest+json application/wasm image/svg+xml;

    {{- if $web.trustedProxies }}
    # Whose word is taken for where a request comes from.
    {{- range $web.trustedProxies }}
    set_real_ip_from {{ . }};
    {{- end }}
    real_ip_header X-Forwarded-For;
    real_ip_recursive on;
    {{- end }}

    # Named three times, an address is tried three times where nobody answers: each try meets another pod. A
    # connection is given up in less time than a pod goes on serving after it is taken off the list.
    {{- range include "beamlore.web.upstreams" . | splitList " " }}
    {{- $address := printf "%s:8080" (include "beamlore.component" (dict "root" $ "component" .)) }}
    upstream {{ . }} {
        server {{ $address }} max_fails=0;
        server {{ $address }} max_fails=0;
        server {{ $address }} max_fails=0;
        keepalive 32;
        keepalive_time {{ $web.keepaliveSeconds }}s;
        keepalive_timeout {{ $web.keepaliveSeconds }}s;
    }
    {{- end }}

    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host {{ $url.host }};
    # What a caller claims here is not believed, but for trusted proxies.
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto {{ $url.scheme }};
    proxy_set_header X-Forwarded-Host {{ $url.host }};
    proxy_set_header X-Forwarded-Port {{ $port }};
    proxy_set_header X-Request-ID $request_id;
    proxy_socket_keepalive on;
    proxy_connect_timeout 2s;
    proxy_read_timeout {{ $web.readTimeoutSeconds }}s;
    proxy_buffer_size 16k;
    proxy_buffers 16 16k;

    server {
        listen 8080 default_server;
        root /usr/share/nginx/html;

        # An address that cannot be read (`/..%2f..`) is a page that is not there, and the web app says so.
        error_page 400 =404 /index.html;

        location = /health/live {
            default_type application/json;
            return 200 '{"status":"ok"}';
        }

        {{- if .Values.keycloak.enabled }}
        location /idp/ {
            error_page 502 504 = @unavailable;
            proxy_pass http://keycloak;
        }
        {{- end }}
        {{- range list "useroffice" "configurator" "ingestor" }}
        {{- if or (ne . "useroffice") $.Values.useroffice.enabled }}
        location /api/{{ . }}/ {
            error_page 502 504 = @unavailable;
            proxy_pass http://{{ . }};
        }
        {{- end }}
        {{- end }}
        location /api/ {
            error_page 502 504 = @unavailable;
            proxy_pass http://catalogue;
        }
        # Server-sent events: each at once, and for as long as the reader stays.
        location = /api/beamlore/v1/events {
            error_page 502 504 = @unavailable;
            proxy_buffering off;
            proxy_read_timeout 1h;
            proxy_pass http://catalogue;
        }
        location @unavailable {
            internal;
            default_type application/problem+json;
            add_header Retry-After 2 always;
            add_header Cache-Control no-store always;
            return 503 '{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"The service does not answer at the moment; try again shortly."}';
        }

        location = /config.json {
            root /etc/beamlore;
            add_header Cache-Control no-cache always;
            add_header X-Content-Type-Options nosniff always;
        }

        # Their names carry a hash of their content.
        location /assets/ {
            try_files $uri =404;
            add_header Cache-Control "public, max-age=31536000, immutable";
            add_header X-Content-Type-Options nosniff always;
        }

        # Every other path is a page of the web app.
        location / {
            try_files $uri /index.html;
            add_header Cache-Control no-cache always;
            add_header X-Content-Type-Options nosniff always;
            add_header Referrer-Policy same-origin always;
            {{- if eq $url.scheme "https" }}
            add_header Strict-Transport-Security "max-age=31536000" always;
            {{- end }}
            # Mantine sets styles at run time; the login is renewed in a frame.
            {{- $sources := include "beamlore.web.connectSources" . }}
            add_header Content-Security-Policy "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src {{ $sources }}; frame-src {{ $sources }}; frame-ancestors 'self'; object-src 'none'; base-uri 'self'; form-action 'self'" always;
        }
    }
}
{{- end }}
