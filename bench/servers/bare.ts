import Fastify from 'fastify'

/** The baseline: Fastify with nothing behind it, sending the same bytes as the route that it is compared with. */
const answer = process.env.ANSWER ?? '{}'
const app = Fastify()
app.post('/bare', (_request, reply) => reply.header('content-type', 'application/json; charset=utf-8').send(answer))
app.get('/bare', (_request, reply) => reply.header('content-type', 'application/json; charset=utf-8').send(answer))
process.stdout.write(`ready ${await app.listen({ host: '127.0.0.1', port: 0 })}\n`)
process.on('SIGTERM', () => process.exit(0))
