// The network of bridge and functions, its private endpoints, and the ways to a broker in another network.
param name string
param location string
param addressPrefix string
param privateEndpoints bool
param storageAccountId string
param vaultId string
param brokerVirtualNetworkId string
param brokerLinkServiceId string
param brokerHost string

var endpointAddress = cidrHost(cidrSubnet(addressPrefix, 24, 2), 9)

resource network 'Microsoft.Network/virtualNetworks@2024-07-01' = {
  name: name
  location: location
  properties: {
    addressSpace: {
      addressPrefixes: [
        addressPrefix
      ]
    }
    subnets: [
      {
        name: 'bridge'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 24, 0)
          delegations: [
            {
              name: 'environment'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
        }
      }
      {
        name: 'functions'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 24, 1)
          delegations: [
            {
              name: 'environment'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 24, 2)
          privateEndpointNetworkPolicies: 'Disabled'
        }
      }
    ]
  }
}

module queueEndpoint 'endpoint.bicep' = if (privateEndpoints) {
  name: '${name}-queue-endpoint'
  params: {
    name: '${name}-queue'
    location: location
    networkId: network.id
    subnetId: '${network.id}/subnets/endpoints'
    serviceId: storageAccountId
    groupId: 'queue'
    zoneName: 'privatelink.queue.${environment().suffixes.storage}'
  }
}

module vaultEndpoint 'endpoint.bicep' = if (privateEndpoints) {
  name: '${name}-vault-endpoint'
  params: {
    name: '${name}-vault'
    location: location
    networkId: network.id
    subnetId: '${network.id}/subnets/endpoints'
    serviceId: vaultId
    groupId: 'vault'
    zoneName: 'privatelink.vaultcore.azure.net'
  }
}

// The broker's side makes its own half of the peering.
resource peering 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2024-07-01' = if (!empty(brokerVirtualNetworkId)) {
  parent: network
  name: 'broker'
  properties: {
    allowVirtualNetworkAccess: true
    remoteVirtualNetwork: {
      id: brokerVirtualNetworkId
    }
  }
}

// A broker behind a private link service gets an address in this network, and its own host name leads there.
resource brokerEndpoint 'Microsoft.Network/privateEndpoints@2024-07-01' = if (!empty(brokerLinkServiceId)) {
  name: '${name}-broker'
  location: location
  properties: {
    subnet: {
      id: '${network.id}/subnets/endpoints'
    }
    ipConfigurations: [
      {
        name: 'broker'
        properties: {
          groupId: ''
          memberName: ''
          privateIPAddress: endpointAddress
        }
      }
    ]
    privateLinkServiceConnections: [
      {
        name: 'broker'
        properties: {
          privateLinkServiceId: brokerLinkServiceId
        }
      }
    ]
  }
}

resource brokerZone 'Microsoft.Network/privateDnsZones@2024-06-01' = if (!empty(brokerLinkServiceId)) {
  name: brokerHost
  location: 'global'
}

resource brokerName 'Microsoft.Network/privateDnsZones/A@2024-06-01' = if (!empty(brokerLinkServiceId)) {
  parent: brokerZone
  name: '@'
  properties: {
    ttl: 300
    aRecords: [
      {
        ipv4Address: endpointAddress
      }
    ]
  }
}

resource brokerZoneLink 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = if (!empty(brokerLinkServiceId)) {
  parent: brokerZone
  name: name
  location: 'global'
  properties: {
    registrationEnabled: false
    virtualNetwork: {
      id: network.id
    }
  }
}

output networkId string = network.id
output bridgeSubnetId string = '${network.id}/subnets/bridge'
output functionsSubnetId string = '${network.id}/subnets/functions'
