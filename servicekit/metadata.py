"""daprd's metadata, as the console shows it. Pure."""

from typing import Any

from dapr.proto import api_v1

from contracts.replicas import ActorTypeReport, ComponentReport, SidecarReport, SubscriptionReport


def sidecar_report(metadata: Any) -> SidecarReport:
    """From the answer of `GetMetadata`."""
    app = metadata.app_connection_properties
    kinds = api_v1.PubsubSubscriptionType
    return SidecarReport(
        app_id=metadata.id,
        runtime_version=metadata.runtime_version,
        app_connection=f"{app.protocol} on {app.channel_address}:{app.port}" if app.port else "",
        placement=metadata.actor_runtime.placement,
        actor_host_ready=metadata.actor_runtime.host_ready,
        actors=tuple(ActorTypeReport(type=one.type, count=one.count) for one in metadata.actor_runtime.active_actors),
        components=tuple(
            ComponentReport(name=one.name, type=one.type, version=one.version) for one in metadata.registered_components
        ),
        subscriptions=tuple(
            SubscriptionReport(pubsub=one.pubsub_name, topic=one.topic, kind=kinds.Name(one.type).lower())
            for one in metadata.subscriptions
        ),
        scheduler_addresses=tuple(metadata.scheduler.connected_addresses),
    )
