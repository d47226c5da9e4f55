"""The dependencies inside Kubernetes; the module itself meets `components.contract.provider.Dependencies`."""

from components.in_cluster.event_broker import EventBroker as EventBroker
from components.in_cluster.lock_store import LockStore as LockStore
from components.in_cluster.model_storage import ModelStorage as ModelStorage
from components.in_cluster.placement import Placement as Placement
from components.in_cluster.tracker_store import TrackerStore as TrackerStore
