// What tells people that telemetry does not flow.
param name string
param location string
param email string
param workspaceId string
param bridgeId string
param bridgeName string
param minReplicas int
param maxReplicas int

// The bridge logs one JSON object a line.
var lines = 'ContainerAppConsoleLogs_CL | where ContainerAppName_s == "${bridgeName}" | extend line = parse_json(Log_s)'

var queries = [
  {
    name: 'errors'
    severity: 1
    description: 'The bridge reports errors; its log says what to put right.'
    query: '${lines} | where tostring(line.LogLevel) in ("Error", "Critical")'
  }
  {
    name: 'dead-letters'
    severity: 2
    description: 'The bridge keeps what it cannot publish in telemetry.dead. See the reasons with \'bridge dead list\'.'
    query: '${lines} | where tostring(line.Message) startswith "Dead-lettered"'
  }
]

var metrics = [
  {
    name: 'too-few-replicas'
    severity: 1
    description: 'Fewer bridges run than should. The container app\'s system log says why replicas do not start or stay.'
    metric: 'Replicas'
    aggregation: 'Minimum'
    operator: 'LessThan'
    threshold: minReplicas
    window: 'PT5M'
  }
  {
    name: 'all-replicas-busy'
    severity: 2
    description: 'As many bridges run as may, and the queue still asks for more: raise maxReplicas, or see whether RabbitMQ keeps up.'
    metric: 'Replicas'
    aggregation: 'Minimum'
    operator: 'GreaterThanOrEqual'
    threshold: maxReplicas
    window: 'PT15M'
  }
  {
    name: 'restarts'
    severity: 2
    description: 'The bridge was restarted repeatedly; its log says why it ended.'
    metric: 'RestartCount'
    aggregation: 'Total'
    operator: 'GreaterThan'
    threshold: 3
    window: 'PT15M'
  }
]

resource group 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: name
  location: 'global'
  properties: {
    enabled: true
    groupShortName: 'telemetry'
    emailReceivers: empty(email)
      ? []
      : [
          {
            name: 'mail'
            emailAddress: email
            useCommonAlertSchema: true
          }
        ]
  }
}

resource metricAlerts 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for alert in metrics: {
    name: '${name}-${alert.name}'
    location: 'global'
    properties: {
      description: alert.description
      enabled: true
      severity: alert.severity
      scopes: [
        bridgeId
      ]
      evaluationFrequency: 'PT1M'
      windowSize: alert.window
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            name: alert.name
            criterionType: 'StaticThresholdCriterion'
            metricName: alert.metric
            operator: alert.operator
            threshold: alert.threshold
            timeAggregation: alert.aggregation
          }
        ]
      }
      actions: [
        {
          actionGroupId: group.id
        }
      ]
    }
  }
]

resource logAlerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for alert in queries: {
    name: '${name}-${alert.name}'
    location: location
    properties: {
      displayName: '${name}-${alert.name}'
      description: alert.description
      enabled: true
      severity: alert.severity
      scopes: [
        workspaceId
      ]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT5M'
      // The table exists only once the bridge has logged.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: alert.query
            operator: 'GreaterThan'
            threshold: 0
            timeAggregation: 'Count'
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      actions: {
        actionGroups: [
          group.id
        ]
      }
    }
  }
]
