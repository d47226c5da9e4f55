"""Everything on Google Cloud; the module itself meets `components.contract.provider.Cloud`."""

from components.gcp.event_broker import EventBroker as EventBroker
from components.gcp.existing_foundation import ExistingFoundation as ExistingFoundation
from components.gcp.foundation import Foundation as Foundation
from components.gcp.ingress import Ingress as Ingress
from components.gcp.lock_store import LockStore as LockStore
from components.gcp.model_storage import ModelStorage as ModelStorage
from components.gcp.provider import Provider as Provider
from components.gcp.tracker_store import TrackerStore as TrackerStore
from components.gcp.vault_unseal import VaultUnseal as VaultUnseal
