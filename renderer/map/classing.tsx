import { Minus, Plus } from 'lucide-react'
import { Button, Group, Input, NumberField, ToggleButton, ToggleButtonGroup } from 'react-aria-components'
import { CLASSIFICATION_METHODS, type ClassificationMethod } from '../../app/domain/classification.ts'
import { useSelection } from '../state/selection-store.ts'

export const METHOD_LABELS: Readonly<Record<ClassificationMethod, string>> = {
  quantile: 'Equal counts',
  equal_interval: 'Equal steps',
}

/** How the values are put into classes. */
export function Classing() {
  const classing = useSelection(state => state.question.classing)
  const ask = useSelection(state => state.ask)
  return (
    <div className="classing">
      <ToggleButtonGroup
        className="segments"
        aria-label="Class breaks"
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[classing.method]}
        onSelectionChange={keys => {
          const method = CLASSIFICATION_METHODS.find(known => keys.has(known))
          if (method !== undefined) ask({ classing: { ...classing, method } })
        }}
      >
        {CLASSIFICATION_METHODS.map(method => (
          <ToggleButton key={method} id={method} className="segment">
            {METHOD_LABELS[method]}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      <NumberField
        className="stepper"
        aria-label="Number of classes"
        minValue={2}
        maxValue={9}
        value={classing.count}
        onChange={count => {
          if (Number.isInteger(count)) ask({ classing: { ...classing, count } })
        }}
      >
        <span>Number of classes</span>
        <Group className="stepper-group">
          <Button slot="decrement" className="icon-button">
            <Minus size={14} aria-hidden />
          </Button>
          <Input className="figure" />
          <Button slot="increment" className="icon-button">
            <Plus size={14} aria-hidden />
          </Button>
        </Group>
      </NumberField>
    </div>
  )
}
