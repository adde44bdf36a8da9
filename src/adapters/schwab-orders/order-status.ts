/** What a status of Schwab means for an order of ours. */
export type StatusMeaning = 'live' | 'filled' | 'canceled' | 'rejected' | 'expired';

/**
 * Every status that Schwab documents. REPLACED has ended: what replaced it has another id. UNKNOWN
 * is left out on purpose: like a status of tomorrow it is live, and somebody must look (F007).
 * Source: Schwab Trader API of 2024-05, schema "status".
 */
export const STATUS_TABLE: Readonly<Record<string, StatusMeaning>> = {
  AWAITING_PARENT_ORDER:   'live',
  AWAITING_CONDITION:      'live',
  AWAITING_STOP_CONDITION: 'live',
  AWAITING_MANUAL_REVIEW:  'live',
  ACCEPTED:                'live',
  AWAITING_UR_OUT:         'live',
  PENDING_ACTIVATION:      'live',
  QUEUED:                  'live',
  WORKING:                 'live',
  REJECTED:                'rejected',
  PENDING_CANCEL:          'live',
  CANCELED:                'canceled',
  PENDING_REPLACE:         'live',
  REPLACED:                'canceled',
  FILLED:                  'filled',
  EXPIRED:                 'expired',
  NEW:                     'live',
  AWAITING_RELEASE_TIME:   'live',
  PENDING_ACKNOWLEDGEMENT: 'live',
  PENDING_RECALL:          'live',
}; // prettier-ignore

/** Null for a status that no table knows. */
export const meaningOfStatus = (status: string): StatusMeaning | null =>
  Object.hasOwn(STATUS_TABLE, status) ? (STATUS_TABLE[status] as StatusMeaning) : null;

/** Whether an order of this status may still fill; one that is not known may. */
export const isOpen = (status: string): boolean => {
  const meaning = meaningOfStatus(status);
  return meaning === null || meaning === 'live';
};
