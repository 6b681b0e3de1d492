// Code by Zapier, "Run JavaScript". Input data: gateway, key, id (of the Catch Hook's data).
// The hook can be called by anyone who knows its address, so the task is read.
const response = await fetch(`${inputData.gateway}/polyphony/v1/tasks/${encodeURIComponent(inputData.id)}`, {
  headers: { 'x-api-key': inputData.key },
})
const body = await response.json()
if (!response.ok) throw new Error(`${body.error.code}: ${body.error.message}`)
if (body.status !== 'completed') throw new Error(`The task is ${body.status}: ${body.error?.message ?? ''}`)
output = body.output.clips.map(({ title, audio, image }) => ({ title, audio, image }))
