// Code by Zapier, "Run JavaScript". Input data: gateway, key, idea, hook (the address of the other Zap's Catch Hook).
const response = await fetch(`${inputData.gateway}/polyphony/v1/tasks`, {
  method: 'POST',
  headers: { 'content-type': 'application/json', 'x-api-key': inputData.key },
  body: JSON.stringify({
    operation: 'suno/music',
    input: { gpt_description_prompt: inputData.idea },
    webhook: inputData.hook,
  }),
})
const body = await response.json()
if (!response.ok) throw new Error(`${body.error.code}: ${body.error.message}`)
output = { id: body.id, price_usd: body.price_points / 10000000 }
