import type { Config } from '../config/config.ts'
import { PolyphonyError } from '../core/errors.ts'
import type { Mode } from '../core/task.ts'
import type { Tenant } from '../core/tenant.ts'
import { dialects } from '../dialects/dialects.ts'
import { deliveriesOf } from '../dialects/kit/deliveries.ts'
import { type Urls, urlsAt } from '../dialects/kit/urls.ts'
import type { Store } from '../store/store.ts'
import type { RenderWebhooks, WebhookRenderers } from '../tasks/webhook-renderers.ts'
import { signingSecret } from '../webhooks/sign.ts'
import { urlOf } from './address.ts'

/**
 * The webhooks of tasks and batches, each rendered by the dialect in which it was submitted. A task of a dialect that is not served
 * any more has none.
 */
export function renderersWith(urls: Urls): WebhookRenderers {
  const entries = new Map(dialects.map((entry) => [entry.id, entry]))
  return {
    task(task) {
      const entry = entries.get(task.dialect)
      // Most tasks have no webhook, so their dialect need not be loaded.
      return !entry || task.webhookUrl === null ? [] : entry.load().then((dialect) => deliveriesOf(dialect, task, urls))
    },
    batch: async (batch) => (await entries.get(batch.dialect)?.load())?.batchWebhooks?.(batch) ?? [],
  }
}

/** The same for a command that changes a task beside the server. */
export function webhookRendererFor(config: Config): RenderWebhooks {
  return renderersWith(urlsAt(() => config.publicUrl ?? urlOf(config.host, config.port))).task
}

/** The secrets with which a tenant's webhooks are signed, by mode, and the tenant itself. */
export function openSigning({ store, secret }: { store: Store; secret: string }) {
  async function tenantOf(tenantId: string): Promise<Tenant> {
    const tenant = await store.getTenant({ id: tenantId })
    if (!tenant) throw new PolyphonyError('internal', 'The tenant of this key does not exist any more.')
    return tenant
  }
  async function secretOf(tenantId: string, mode: Mode): Promise<string> {
    return signingSecret(secret, tenantId, (await tenantOf(tenantId)).webhookSecretVersion, mode)
  }
  return {
    tenantOf,
    secretOf,
    secretOfTask: async ({ tenantId, taskId }: { tenantId: string; taskId: string }) =>
      secretOf(tenantId, (await store.getMode({ id: taskId })) ?? 'live'),
  }
}
