// The bridge on Container Apps, as many replicas as the queue's length asks for.
param name string
param location string
param image string
param registryServer string
param cpu string
param memory string
param minReplicas int
param maxReplicas int
param messagesPerReplica int
param subnetId string
param identityId string
param identityClientId string
param workspaceName string
param queueAccountName string
param queueName string
param queueUrl string
param lease string
param maxDeliveries int
param exchange string
param routingKey string
param partitions int
param brokerSecretUri string
param keyVersion string
param keySecretUri string
param previousKeyVersion string
param previousKeySecretUri string

// The compiler checks the properties of what take() gives; of what a condition or concat() gives it does not.
var previousKeys = empty(previousKeyVersion) ? 0 : 1

var previousSecret = {
  name: 'previous-key'
  keyVaultUrl: previousKeySecretUri
  identity: identityId
}

var previousVariable = {
  name: 'Bridge__Keys__${previousKeyVersion}'
  secretRef: 'previous-key'
}

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = {
  name: workspaceName
}

resource host 'Microsoft.App/managedEnvironments@2025-01-01' = {
  name: name
  location: location
  properties: {
    appLogsConfiguration: {
      destination: 'log-analytics'
      logAnalyticsConfiguration: {
        customerId: workspace.properties.customerId
        sharedKey: workspace.listKeys().primarySharedKey
      }
    }
    vnetConfiguration: {
      infrastructureSubnetId: subnetId
      internal: true
    }
    workloadProfiles: [
      {
        name: 'Consumption'
        workloadProfileType: 'Consumption'
      }
    ]
  }
}

resource bridge 'Microsoft.App/containerApps@2025-01-01' = {
  name: name
  location: location
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    environmentId: host.id
    workloadProfileName: 'Consumption'
    configuration: {
      activeRevisionsMode: 'Single'
      registries: empty(registryServer)
        ? []
        : [
            {
              server: registryServer
              identity: identityId
            }
          ]
      secrets: [
        {
          name: 'rabbitmq-uri'
          keyVaultUrl: brokerSecretUri
          identity: identityId
        }
        {
          name: 'key'
          keyVaultUrl: keySecretUri
          identity: identityId
        }
        ...take([previousSecret], previousKeys)
      ]
    }
    template: {
      // After SIGTERM the bridge drains and ends within 28 s.
      terminationGracePeriodSeconds: 45
      containers: [
        {
          name: 'bridge'
          image: image
          resources: {
            cpu: json(cpu)
            memory: memory
          }
          env: [
            {
              name: 'AZURE_CLIENT_ID'
              value: identityClientId
            }
            {
              name: 'Bridge__Queues__0__Url'
              value: queueUrl
            }
            {
              name: 'Bridge__RabbitMq__Uri'
              secretRef: 'rabbitmq-uri'
            }
            {
              name: 'Bridge__RabbitMq__Exchange'
              value: exchange
            }
            {
              name: 'Bridge__RabbitMq__RoutingKey'
              value: routingKey
            }
            {
              name: 'Bridge__Assemble__Partitions'
              value: string(partitions)
            }
            {
              name: 'Bridge__Receive__Lease'
              value: lease
            }
            {
              name: 'Bridge__Receive__MaxDeliveries'
              value: string(maxDeliveries)
            }
            {
              name: 'Bridge__Keys__${keyVersion}'
              secretRef: 'key'
            }
            {
              name: 'Bridge__Http__Url'
              value: 'http://0.0.0.0:8080'
            }
            ...take([previousVariable], previousKeys)
          ]
          probes: [
            {
              type: 'Liveness'
              httpGet: {
                path: '/healthz'
                port: 8080
              }
              initialDelaySeconds: 10
              periodSeconds: 15
              timeoutSeconds: 5
              failureThreshold: 3
            }
            {
              type: 'Readiness'
              httpGet: {
                path: '/readyz'
                port: 8080
              }
              periodSeconds: 10
              timeoutSeconds: 5
              failureThreshold: 3
            }
          ]
        }
      ]
      scale: {
        // At least one: assembling chunks and watching the broker do not wait for new messages.
        minReplicas: minReplicas
        maxReplicas: maxReplicas
        rules: [
          {
            name: 'queue'
            azureQueue: {
              accountName: queueAccountName
              queueName: queueName
              queueLength: messagesPerReplica
              identity: identityId
            }
          }
        ]
      }
    }
  }
}

output appId string = bridge.id
output appName string = bridge.name
