# syntax=docker/dockerfile:1
# The gateway in an image of its own. `docker build -t polyphony .`; compose.yaml runs it.
# amd64 and arm64: `docker buildx build --platform linux/amd64,linux/arm64 .`

FROM node:24-alpine AS build
WORKDIR /polyphony
COPY package.json package-lock.json ./
# The runtime among the development packages is for machines with an older Node.js; here the image has one.
RUN npm ci --ignore-scripts
COPY bin ./bin
COPY docs ./docs
COPY scripts ./scripts
COPY src ./src
COPY web ./web
# The bundle has most packages inside it.
RUN npm run build && node scripts/keep-only-unbundled.ts && rm -rf dist/*.map node_modules/.bin node_modules/.cache
# Names of functions for debuggers of native code are a seventh of the runtime.
RUN apk add --no-cache binutils && strip /usr/local/bin/node

# The runtime alone: the image of Node.js has npm, yarn and a shell's tools beside it.
FROM alpine:3
RUN apk add --no-cache libstdc++ && adduser -D -u 1000 node
COPY --from=build /usr/local/bin/node /usr/local/bin/node
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=8080 \
    DATA_DIR=/data \
    NODE_COMPILE_CACHE=/tmp/polyphony-compile-cache
RUN mkdir -m 0700 /data && chown node:node /data
WORKDIR /polyphony
COPY --from=build /polyphony/package.json ./
COPY --from=build /polyphony/node_modules ./node_modules
COPY --from=build /polyphony/bin ./bin
COPY --from=build /polyphony/dist ./dist
# The image's user `node`.
USER 1000:1000
VOLUME /data
EXPOSE 8080
# A migration may take its time at the first start of a new version.
HEALTHCHECK --interval=15s --timeout=3s --start-period=60s --retries=3 \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# The gateway ends its work and its connections at SIGTERM, in less than eight seconds.
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "--expose-gc", "--min-semi-space-size=16", "--max-semi-space-size=16", "bin/polyphony.js"]
CMD ["serve"]
