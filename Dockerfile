# All images: `scripts/images.sh` names the targets and the arguments. docs/explanation/decisions/0070-one-dockerfile.md
ARG PYTHON_IMAGE=python:3.11-slim
ARG NODE_IMAGE=node:20-slim
ARG NGINX_IMAGE=nginx:1.28-alpine-slim

# What builds: uv, hatchling, the SBOM's writer. None of it is in an image.
FROM ${PYTHON_IMAGE} AS tools
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 UV_NO_CACHE=1
WORKDIR /build
COPY requirements/images/build.lock ./
RUN python3 -m venv /opt/tools \
    && /opt/tools/bin/pip install --quiet --require-hashes -r build.lock

# Our own packages that several services use.
FROM tools AS common
COPY services/contract contract
COPY services/core core
COPY services/cli cli
RUN /opt/tools/bin/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir /wheels ./contract ./core ./cli

FROM common AS wheels
ARG SERVICE
COPY services/${SERVICE} service
RUN /opt/tools/bin/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir /wheels ./service

# A service's dependencies: a layer of its own, which a change of our code leaves alone.
FROM tools AS dependencies
ARG SERVICE
COPY requirements/images/${SERVICE}.lock service.lock
RUN python3 -m venv --without-pip /opt/beamlore \
    && /opt/tools/bin/uv pip install --quiet --python /opt/beamlore --link-mode copy --compile-bytecode \
       --only-binary :all: --require-hashes -r service.lock

# Our code, in the paths it has in the image. Offline: what the lock file forgot is missed here.
FROM dependencies AS code
ARG SERVICE
COPY --from=wheels /wheels /wheels
RUN /opt/tools/bin/pip --python /opt/beamlore/bin/python install --quiet --no-index --find-links /wheels \
       --prefix /code/opt/beamlore "beamlore-${SERVICE}" \
    && cp -a /code/. / \
    && mkdir -p /code/usr/share/beamlore \
    && /opt/tools/bin/cyclonedx-py environment --output-reproducible \
       --output-file /code/usr/share/beamlore/sbom.cdx.json /opt/beamlore/bin/python

# The standard library's bytecode is compiled here, since nothing can be written where the image runs. The user has a name:
# omniORB, on which Tango is built, names its sockets after it.
FROM ${PYTHON_IMAGE} AS python
RUN python3 -c 'import compileall, re, sysconfig; compileall.compile_dir(sysconfig.get_path("stdlib"), quiet=2, rx=re.compile("/(test|tests|site-packages|idlelib)/"))' \
    && echo "beamlore:x:10001:10001::/tmp:/usr/sbin/nologin" >>/etc/passwd
ENV PATH=/opt/beamlore/bin:${PATH} \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1

FROM python AS service
ARG SERVICE
COPY --from=dependencies /opt/beamlore /opt/beamlore
COPY --from=code /code /
ARG VERSION=0.0.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="beamlore-${SERVICE}" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.licenses="BSD-3-Clause"
USER 10001:10001
EXPOSE 8080
ENTRYPOINT ["beamlore"]

FROM service AS catalogue
CMD ["catalogue", "serve"]

FROM service AS ingestor
CMD ["ingestor", "run"]

FROM service AS configurator
CMD ["configurator", "serve"]

FROM service AS useroffice
CMD ["useroffice", "serve"]

FROM service AS beamline
CMD ["beamline", "--help"]

FROM service AS ops
CMD ["ops", "--help"]

FROM ${NODE_IMAGE} AS web-build
WORKDIR /build/frontend
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY frontend ./
RUN npm run build \
    && find dist -type f -size +1k \( -name '*.js' -o -name '*.css' -o -name '*.html' -o -name '*.svg' -o -name '*.json' \) \
       -exec gzip -9 -k -n {} + \
    && npm sbom --sbom-format cyclonedx --sbom-type application --omit dev > sbom.cdx.json

FROM ${NGINX_IMAGE} AS web
COPY --from=web-build /build/frontend/dist /usr/share/nginx/html
COPY --from=web-build /build/frontend/sbom.cdx.json /usr/share/beamlore/sbom.cdx.json
COPY deploy/web/nginx.conf /etc/nginx/nginx.conf
ARG VERSION=0.0.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="beamlore-web" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.licenses="BSD-3-Clause"
USER 10001:10001
EXPOSE 8080
STOPSIGNAL SIGQUIT
ENTRYPOINT ["nginx", "-e", "stderr", "-g", "daemon off;"]
