/**
 * adapters/paper: the built-in broker as a counterpart that survives us.
 *
 * In: intents. Out: reports, from books of its own that are durable before it answers. It draws on
 * order numbers, so a restarted process meets the same broker. Begin with `broker.ts`.
 */
export * from './broker.ts';
export { REMOTE_TRAITS, RemoteBroker, type RemoteBrokerOptions } from './client.ts';
export {
  type BrokerCall,
  type BrokerFault,
  type BrokerMoment,
  type BrokerServer,
  type BrokerServerOptions,
  startBrokerServer,
} from './server.ts';
