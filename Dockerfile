# The server as an image. From a clone:
#
#   docker build --tag batchyard .
#
# The base needs Node 24 or later as `node`, and a shell. docs/install.md says how to run the image.
ARG BASE=node:24-slim

FROM ${BASE} AS build
WORKDIR /build
COPY . .
# A context that brings `dist` and its dependencies is taken as it is: such a build needs no network.
RUN if [ ! -d dist ]; then npm ci --ignore-scripts && npm run build && npm prune --omit=dev; fi

FROM ${BASE}
# Written by hand, because the base may have no `useradd`.
RUN echo 'batchyard:x:10001:10001::/data:/bin/sh' >>/etc/passwd \
    && echo 'batchyard:x:10001:' >>/etc/group \
    && mkdir /data /key \
    && chown 10001:10001 /data /key \
    && ln -s /opt/batchyard/bin/batchyard.cjs /usr/local/bin/batchyard
COPY --from=build /build/package.json /build/LICENSE /build/NOTICE /opt/batchyard/
COPY --from=build /build/bin /opt/batchyard/bin
COPY --from=build /build/dist /opt/batchyard/dist
COPY --from=build /build/node_modules /opt/batchyard/node_modules
# It listens where a published port leads to, and so asks for signatures or for --insecure: that is for whoever starts it
# to say, as its neighbours on the container network reach it too. Jobs never run inside, unless somebody says so.
ENV HOME=/data BATCHYARD_DATA=/data BATCHYARD_HOST=0.0.0.0 BATCHYARD_PROVIDER=docker \
    BATCHYARD_SECRET_KEY_FILE=/key/secret.key
USER 10001:10001
WORKDIR /data
VOLUME /data /key
EXPOSE 22824
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.BATCHYARD_PORT || 22824}/health`).then(({ ok }) => process.exit(ok ? 0 : 1))"]
ENTRYPOINT ["batchyard"]
CMD ["serve"]
