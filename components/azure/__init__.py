"""Everything on Azure; the module itself meets `components.contract.provider.Cloud`."""

from components.azure.event_broker import EventBroker as EventBroker
from components.azure.existing_foundation import ExistingFoundation as ExistingFoundation
from components.azure.foundation import Foundation as Foundation
from components.azure.ingress import Ingress as Ingress
from components.azure.lock_store import LockStore as LockStore
from components.azure.model_storage import ModelStorage as ModelStorage
from components.azure.provider import Provider as Provider
from components.azure.tracker_store import TrackerStore as TrackerStore
from components.azure.vault_unseal import VaultUnseal as VaultUnseal
