/**
 * Units of quota in a USD at gateways of the one-api kind: `QuotaPerUnit` in `common/constants.go` of
 * https://github.com/QuantumNous/new-api and in `common/config/config.go` of https://github.com/songquanpeng/one-api.
 */
export const QUOTA_PER_USD = 500_000
